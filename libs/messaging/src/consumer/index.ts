/** Records from Kafka to handlers: batches, committed offsets, dead letters, redrive, order across rebalances and partition increases. */
export { KafkaTransport, type ConsumerOptions } from './kafka-transport.js';
