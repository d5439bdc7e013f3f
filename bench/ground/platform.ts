import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { endLeftovers, removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { holdLifeline } from '../../tools/platform/shop/hold-lifeline.js';
import { hold } from './bench-life.js';

/** A Kafka and a PostgreSQL of the measurement's own, as `npm start` runs them, in a folder that goes with it. They end with the bench, however that ends. */
export class Platform {
  private constructor(
    readonly folder: string,
    private readonly postgres: Postgres,
    private readonly kafka: Kafka,
    readonly close: () => Promise<void>,
  ) {}

  /** `settings`: of PostgreSQL, on top of what `npm start` sets. */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const folder = await temporaryFolder();
    const lifeline = holdLifeline(folder);
    const stops: (() => Promise<void>)[] = [];
    const close = hold(async () => {
      await Promise.all(stops.map((stop) => stop()));
      await endLeftovers(folder); // what was still starting
      removeState(folder);
      lifeline.letGo();
    });
    const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
    const postgres = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port,
      password: randomBytes(12).toString('base64url'),
      log: join(folder, 'postgres.log'),
      settings,
    });
    stops.push(() => postgres.stop());
    const kafka = await startKafka({
      dataDir: join(folder, 'kafka'),
      port: kafkaPort,
      controllerPort,
      log: join(folder, 'kafka.log'),
    });
    stops.push(() => kafka.stop());
    return new Platform(folder, postgres, kafka, close);
  }

  /** The administrator's. */
  get postgresUrl(): string {
    return this.postgres.adminUrl;
  }

  get brokers(): string {
    return this.kafka.brokers;
  }

  /** Process ids by name. */
  get processes(): ReadonlyMap<string, number> {
    return new Map([
      ['PostgreSQL', this.postgres.pid],
      ['Kafka', this.kafka.pids[0]!],
    ]);
  }
}
