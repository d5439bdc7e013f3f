import pg from 'pg';
import { askCoordinator } from '../kafka/coordinator.js';
import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { Keeper } from '../process/keeper.js';
import type { Ports } from './processes.js';
import type { ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** A database cluster or a broker: ours, or one that somebody named. */
export interface Cluster {
  readonly address: string;
}

export interface ClusterPlan {
  readonly state: StateFolder;
  readonly ports: Ports;
  /** Of PostgreSQL's administrator. */
  readonly password: string;
  /** Where the keepers of ours are noted as soon as they run. */
  readonly kept: Map<string, Keeper>;
  readonly options: Pick<ShopOptions, 'stateDir' | 'databaseUrl' | 'kafkaBrokers' | 'kafka'>;
  readonly say: (line: string) => void;
}

/** What dies with the test need not survive a power cut; a killed process loses nothing by it. */
const withoutDisk = { fsync: 'off' };

/**
 * What somebody named is asked first, so that a wrong setting is known before anything is started. Of ours both are waited
 * for, even when one fails: what has started must be known, to be stopped.
 */
export async function openClusters(plan: ClusterPlan): Promise<[postgres: Cluster, kafka: Cluster]> {
  const { databaseUrl, kafkaBrokers } = plan.options;
  const named = { postgres: databaseUrl && (await namedPostgres(databaseUrl)), kafka: kafkaBrokers && (await namedKafka(kafkaBrokers)) };
  const [postgres, kafka] = await Promise.allSettled([named.postgres || ownPostgres(plan), named.kafka || ownKafka(plan)]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (kafka.status === 'rejected') throw kafka.reason;
  return [postgres.value, kafka.value];
}

async function ownPostgres({ state, ports, password, kept, options, say }: ClusterPlan): Promise<Cluster> {
  const settings = options.stateDir === undefined ? withoutDisk : {};
  let address = '';
  const keeper = new Keeper('postgres', async () => {
    const postgres = await startPostgres({ dataDir: state.postgres, port: ports.postgres, password, log: state.log('postgres'), settings });
    address = postgres.adminUrl;
    return { pid: postgres.pid, exited: postgres.process.exited, stop: () => postgres.stop() };
  }, say);
  await keeper.start();
  kept.set('postgres', keeper);
  return { address };
}

async function ownKafka({ state, ports, kept, options, say }: ClusterPlan): Promise<Cluster> {
  const about = { dataDir: state.kafka, port: ports.kafka, controllerPort: ports['kafka-controller'], log: state.log('kafka') };
  let address = '';
  const keeper = new Keeper('kafka', async () => {
    const kafka = await startKafka({ ...about, shortLived: options.stateDir === undefined, ...options.kafka });
    address = kafka.brokers;
    const [pid = 0] = kafka.pids;
    return { pid, exited: Promise.race(kafka.processes.map((broker) => broker.exited)), stop: () => kafka.stop() };
  }, say);
  await keeper.start();
  kept.set('kafka', keeper);
  return { address };
}

/** An administrator's URL that somebody gave: it must answer, and be able to make roles and databases. */
async function namedPostgres(url: string): Promise<Cluster> {
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
async function namedKafka(brokers: string): Promise<Cluster> {
  const answers = await Promise.allSettled(brokers.split(',').map((broker) => askCoordinator(broker.trim(), 10_000)));
  if (answers.some((answer) => answer.status === 'fulfilled')) return { address: brokers };
  const [first] = answers;
  const why = first?.status === 'rejected' ? (first.reason as Error).message : '';
  throw new Error(`no broker of KAFKA_BROKERS answers (${why}); it must be a list of host:port, separated by commas`);
}
