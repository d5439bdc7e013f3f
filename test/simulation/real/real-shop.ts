import { randomBytes } from 'node:crypto';
import { kafkaClient, messagingMigrations, type KafkaClient } from '@tradewind/messaging';
import { PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { serviceMigrations } from '@tradewind/service';
import { DataSource } from 'typeorm';
import { answerTimeoutMs } from '../../../apps/payment/src/domain/payment.js';
import { InProcessProvider } from '../../../apps/payment/src/provider/in-process-provider.js';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { serviceParts } from '../../services/index.js';
import { simulatedServices, type SimulatedService } from '../scenario/simulated-services.js';
import { topicsOfShop } from '../shop/simulated-shop.js';
import { startService, type RunningService } from '../shop/start-service.js';
import { withLostResponses } from './lost-responses.js';
import { withPrefixedNames } from './prefixed-names.js';

/** The same services on a real PostgreSQL and Kafka, in this process. */
export class RealShop {
  #lost = 0;
  readonly #failure = new AbortController();

  private constructor(
    private readonly services: readonly RunningService[],
    private readonly closing: readonly (() => Promise<unknown>)[],
  ) {}

  /** Uses the cluster of TEST_DATABASE_URL and the broker of TEST_KAFKA_BROKERS. */
  static async open(): Promise<RealShop> {
    const prefix = `real-${randomBytes(4).toString('hex')}.`;
    const clients: KafkaClient[] = [];
    const client = (): KafkaClient => {
      const real = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: prefix });
      clients.push(real);
      return withPrefixedNames(real, prefix);
    };
    await client().provision(topicsOfShop);
    const provider = new InProcessProvider({ timers: systemPorts.timers, answerTimeoutMs, slowMs: 1_000 });
    const databases: FreshDatabase[] = [];
    const sources: DataSource[] = [];
    const services: RunningService[] = [];
    const shop = new RealShop(services, [
      ...simulatedServices.map((_, at) => () => services[at]!.stop()),
      () => Promise.all(clients.map((each) => each.close())),
      () => Promise.all(sources.map((source) => source.destroy())),
      () => Promise.all(databases.map((database) => database.drop())),
    ]);
    for (const name of simulatedServices) {
      const database = await freshDatabase();
      databases.push(database);
      const source = new DataSource({
        type: 'postgres',
        url: database.url,
        migrations: [...messagingMigrations, ...serviceMigrations, ...serviceParts[name].definition.migrations],
        extra: { max: 5 },
      });
      sources.push(await source.initialize());
      await source.runMigrations({ transaction: 'each' });
      const ports = { store: new PostgresStore(source), kafka: client(), ports: systemPorts, provider };
      services.push(
        startService(
          name,
          withLostResponses(ports, `${prefix} ${name}`, () => shop.#lost++),
          { log: () => undefined, onFatal: (error) => shop.#failure.abort(error) },
        ),
      );
    }
    return shop;
  }

  /** Number of lost responses so far. */
  get lost(): number {
    return this.#lost;
  }

  /** The result of the work, which waits for the services: rejects at once when one of them ends with a fatal error. */
  async whileRunning<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#failure;
    const failed = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new Error('a service ended', { cause: signal.reason }));
      if (signal.aborted) fail();
      else signal.addEventListener('abort', fail, { once: true });
    });
    return Promise.race([work, failed]);
  }

  running = (name: SimulatedService): RunningService[] => this.services.filter((service) => service.name === name);

  async close(): Promise<void> {
    for (const close of this.closing) await close();
  }
}
