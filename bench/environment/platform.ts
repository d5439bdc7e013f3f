import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { endLeftovers, removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { startReaper } from '../../tools/platform/shop/start-reaper.js';
import { closeAtExit } from './cleanup.js';

/** A Kafka and a PostgreSQL of their own, as `npm start` runs them, in a temporary folder. They end with the bench. */
export class Platform {
  private constructor(
    readonly folder: string,
    private readonly postgres: Postgres,
    private readonly kafka: Kafka,
    readonly close: () => Promise<void>,
  ) {}

  /** `settings`: of PostgreSQL, in addition to those of `npm start`. */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const folder = await temporaryFolder();
    const reaper = startReaper(folder);
    const stops: (() => Promise<void>)[] = [];
    const close = closeAtExit(async () => {
      await Promise.all(stops.map((stop) => stop()));
      await endLeftovers(folder); // processes that were still starting
      removeState(folder);
      reaper.release();
    });
    const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
    const postgres = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port,
      password: randomBytes(12).toString('base64url'),
      logFile: join(folder, 'postgres.log'),
      settings,
    });
    stops.push(() => postgres.stop());
    const dataDir = join(folder, 'kafka');
    const kafka = await startKafka({ dataDir, port: kafkaPort, controllerPort, logFile: join(folder, 'kafka.log') });
    stops.push(() => kafka.stop());
    return new Platform(folder, postgres, kafka, close);
  }

  /** Of the administrator. */
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
