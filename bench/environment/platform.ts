import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { endLeftovers, removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { startReaper } from '../../tools/platform/shop/start-reaper.js';
import { closeAtExit } from './cleanup.js';

/** A Kafka and a PostgreSQL of their own, as `npm start` runs them, in a temporary folder. They end with the bench. */
export interface Platform {
  readonly folder: string;
  /** Of the administrator. */
  readonly postgresUrl: string;
  readonly brokers: string;
  /** Process ids by name. */
  readonly processes: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

export const Platform = {
  /** `settings`: of PostgreSQL, in addition to those of `npm start`. */
  async open(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
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
    const filesOf = (name: string) => ({ dataDir: join(folder, name), logFile: join(folder, `${name}.log`) });
    const password = randomBytes(12).toString('base64url');
    const postgres = await startPostgres({ ...filesOf('postgres'), port, password, settings });
    stops.push(() => postgres.stop());
    const kafka = await startKafka({ ...filesOf('kafka'), port: kafkaPort, controllerPort });
    stops.push(() => kafka.stop());
    const processes = new Map([
      ['PostgreSQL', postgres.pid],
      ['Kafka', kafka.pids[0]!],
    ]);
    return { folder, postgresUrl: postgres.adminUrl, brokers: kafka.brokers, processes, close };
  },
};
