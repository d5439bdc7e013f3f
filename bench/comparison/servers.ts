import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startKafka, type Kafka } from '../../tools/platform/kafka/start-kafka.js';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { endLeftovers, removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { startReaper } from '../../tools/platform/shop/start-reaper.js';
import { closeAtExit } from '../environment/cleanup.js';

/** A Kafka and a PostgreSQL that can be stopped, killed and started again on the same ports. */
export interface Servers {
  readonly folder: string;
  /** The folder of the logs of all processes. */
  readonly logs: string;
  readonly brokers: string;
  readonly postgresUrl: string;
  /** Process ids by name. */
  readonly processes: () => ReadonlyMap<string, number>;
  startKafka(): Promise<void>;
  /** SIGTERM, or SIGKILL. */
  stopKafka(how: 'gracefully' | 'kill'): Promise<void>;
  killPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
}

/** Starts both as `npm start` does; Debezium needs the logical write-ahead log. They end with the bench. `logs`: keeps the logs there. */
export async function openServers(logs?: string): Promise<Servers> {
  const folder = await temporaryFolder();
  if (logs !== undefined) mkdirSync(logs, { recursive: true });
  const reaper = startReaper(folder);
  const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
  const password = randomBytes(12).toString('base64url');
  let kafka: Kafka;
  let postgres: Postgres;
  const servers = {
    folder,
    logs: logs ?? folder,
    brokers: `127.0.0.1:${kafkaPort}`,
    postgresUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    processes: () =>
      new Map([
        ['PostgreSQL', postgres.pid],
        ['Kafka', kafka.pids[0]!],
      ]),
    async startKafka() {
      const files = { dataDir: join(folder, 'kafka'), logFile: join(folder, 'kafka.log') };
      kafka = await startKafka({ ...files, port: kafkaPort, controllerPort });
    },
    stopKafka: (how: 'gracefully' | 'kill') => (how === 'kill' ? kafka.kill() : kafka.stop()),
    async killPostgres() {
      await postgres.process.stop();
    },
    async startPostgres() {
      const files = { dataDir: join(folder, 'postgres'), logFile: join(folder, 'postgres.log') };
      const settings = { wal_level: 'logical', max_replication_slots: '40', max_connections: '400' };
      postgres = await startPostgres({ ...files, port, password, settings });
    },
  };
  closeAtExit(async () => {
    await Promise.allSettled([kafka?.stop(), postgres?.stop()]);
    await endLeftovers(folder);
    removeState(folder);
    reaper.release();
  });
  await Promise.all([servers.startKafka(), servers.startPostgres()]);
  return servers;
}
