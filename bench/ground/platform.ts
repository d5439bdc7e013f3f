import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';

/** A Kafka and a PostgreSQL of the measurement's own, as `npm start` runs them, in a folder that goes with it. */
export class Platform {
  private constructor(
    readonly folder: string,
    private readonly postgres: Postgres,
    private readonly kafka: Kafka,
  ) {}

  /** `settings`: of PostgreSQL, on top of what `npm start` sets. */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const folder = await temporaryFolder();
    const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port, password: randomBytes(12).toString('base64url'), log: join(folder, 'postgres.log'), settings });
    const kafka = await startKafka({ dataDir: join(folder, 'kafka'), port: kafkaPort, controllerPort, log: join(folder, 'kafka.log') });
    return new Platform(folder, postgres, kafka);
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
    return new Map([['PostgreSQL', this.postgres.pid], ['Kafka', this.kafka.pids[0]!]]);
  }

  async close(): Promise<void> {
    await Promise.all([this.kafka.stop(), this.postgres.stop()]);
    removeState(this.folder);
  }
}
