import pg from 'pg';
import { askCoordinator } from '../kafka/coordinator.js';
import { startKafka, type KafkaOptions } from '../kafka/start-kafka.js';
import { startPostgres, type PostgresOptions } from '../postgres/start-postgres.js';
import { Keeper } from '../process/keeper.js';
import type { Ports } from './processes.js';
import type { StateFolder } from './state-folder.js';

/** A database cluster or a broker: ours, with its keeper, or one that somebody named. */
export interface Cluster {
  readonly address: string;
  readonly keeper?: Keeper;
}

type Say = (line: string) => void;

export async function ownPostgres(state: StateFolder, ports: Ports, options: Pick<PostgresOptions, 'password' | 'settings'>, say: Say): Promise<Cluster> {
  const open = () => startPostgres({ dataDir: state.postgres, port: ports.postgres, log: state.log('postgres'), ...options });
  let address = '';
  const keeper = new Keeper('postgres', async () => {
    const postgres = await open();
    address = postgres.adminUrl;
    return { pid: postgres.pid, exited: postgres.process.exited, stop: () => postgres.stop() };
  }, say);
  await keeper.start();
  return { address, keeper };
}

export async function ownKafka(state: StateFolder, ports: Ports, options: Partial<KafkaOptions>, say: Say): Promise<Cluster> {
  let address = '';
  const keeper = new Keeper('kafka', async () => {
    const kafka = await startKafka({ dataDir: state.kafka, port: ports.kafka, controllerPort: ports['kafka-controller'], log: state.log('kafka'), ...options });
    address = kafka.brokers;
    const [pid = 0] = kafka.pids;
    return { pid, exited: Promise.race(kafka.processes.map((broker) => broker.exited)), stop: () => kafka.stop() };
  }, say);
  await keeper.start();
  return { address, keeper };
}

/** An administrator's URL that somebody gave: it must answer, and be able to make roles and databases. */
export async function namedPostgres(url: string): Promise<Cluster> {
  const wrong = (why: string): Error => new Error(`DATABASE_URL does not lead to a PostgreSQL where roles and databases can be made (${why}); it must be postgres://administrator:password@host:port/postgres`);
  if (!/^postgres(ql)?:\/\/./.test(url)) throw wrong('it is no address of a PostgreSQL');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ able: boolean }>('SELECT rolsuper OR (rolcreaterole AND rolcreatedb) AS able FROM pg_roles WHERE rolname = current_user');
    if (!rows[0]?.able) throw new Error('its role has neither SUPERUSER nor CREATEROLE and CREATEDB');
  } catch (error) {
    throw wrong((error as Error).message || (error as { code?: string }).code || String(error));
  } finally {
    await client.end();
  }
  return { address: url };
}

/** Brokers that somebody named: one that answers is enough, and tells the clients of the others. */
export async function namedKafka(brokers: string): Promise<Cluster> {
  const answers = await Promise.allSettled(brokers.split(',').map((broker) => askCoordinator(broker.trim(), 10_000)));
  if (answers.some((answer) => answer.status === 'fulfilled')) return { address: brokers };
  const [first] = answers;
  const why = first?.status === 'rejected' ? (first.reason as Error).message : '';
  throw new Error(`no broker of KAFKA_BROKERS answers (${why}); it must be a list of host:port, separated by commas`);
}
