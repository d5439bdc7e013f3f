import type { KafkaClient } from '@tradewind/messaging';
import type { Store } from '@tradewind/messaging/internals';
import type { SimulatedDatabase } from './database/simulated-database.js';
import { SimulatedStore } from './database/simulated-store.js';
import { SimulatedKafkaClient } from './kafka/simulated-kafka-client.js';
import type { SimulatedKafka } from './kafka/simulated-kafka.js';
import { ProcessCore } from './process/process-core.js';

/** A process with its ports: `runtimePorts`, and a store and a Kafka client a database and broker. */
export class SimulatedProcess extends ProcessCore {
  store(database: SimulatedDatabase): Store {
    return new SimulatedStore(database, this);
  }

  kafka(kafka: SimulatedKafka): KafkaClient {
    return new SimulatedKafkaClient(kafka, this);
  }
}
