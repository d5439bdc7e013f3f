import { join } from 'node:path';
import { contracts } from '@tradewind/contracts';
import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { startKafka, type Kafka } from '../../../tools/platform/kafka/start-kafka.js';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../../tools/platform/process/temporary-folder.js';

/** A broker for one test file: on the shared broker of the tests, the services of other files publish heartbeats too. */
export class DedicatedKafka {
  private constructor(
    readonly folder: string,
    readonly client: KafkaClient,
    readonly brokers: string,
    private readonly launch: () => Promise<Kafka>,
    private running: Kafka,
  ) {}

  static async started(): Promise<DedicatedKafka> {
    const folder = await temporaryFolder();
    const [port, controllerPort] = (await freePorts(2)) as [number, number];
    const launch = () =>
      startKafka({
        dataDir: join(folder, 'kafka'),
        port,
        controllerPort,
        logFile: join(folder, 'kafka.log'),
        shortLived: true,
      });
    const running = await launch();
    const client = kafkaClient({ brokers: [running.brokers], clientId: 'test' });
    await eventually(() => client.provision(contracts.topics).then(() => true));
    return new DedicatedKafka(folder, client, running.brokers, launch, running);
  }

  kill(): Promise<void> {
    return this.running.kill();
  }

  async restart(): Promise<void> {
    this.running = await this.launch();
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.running.kill();
    removeState(this.folder);
  }
}
