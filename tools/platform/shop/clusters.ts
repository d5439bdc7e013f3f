import pg from 'pg';
import { askCoordinator } from '../kafka/coordinator.js';
import { planNodes } from '../kafka/plan-nodes.js';
import { addressesOf } from '../kafka/settings.js';
import { startNode } from '../kafka/start-node.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { Keeper } from '../process/keeper.js';
import type { Ports } from './processes.js';
import type { ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** A database cluster or a broker: ours, or one that somebody named. */
export interface Cluster {
  /** Past whatever stands in front. */
  readonly address: string;
  /** What services are told. */
  readonly forServices: string;
}

export interface ClusterPlan {
  readonly state: StateFolder;
  readonly ports: Ports;
  /** Of PostgreSQL's administrator. */
  readonly password: string;
  /** Where the keepers of ours are noted as soon as they run. */
  readonly kept: Map<string, Keeper>;
  readonly options: Pick<
    ShopOptions,
    'stateDir' | 'databaseUrl' | 'kafkaBrokers' | 'kafka' | 'postgres' | 'patience' | 'between'
  >;
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
  const named = {
    postgres: databaseUrl && (await namedPostgres(databaseUrl)),
    kafka: kafkaBrokers && (await namedKafka(kafkaBrokers)),
  };
  const [postgres, kafka] = await Promise.allSettled([
    named.postgres || ownPostgres(plan),
    named.kafka || ownKafka(plan),
  ]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (kafka.status === 'rejected') throw kafka.reason;
  return [postgres.value, kafka.value];
}

async function ownPostgres({ state, ports, password, kept, options, say }: ClusterPlan): Promise<Cluster> {
  const settings = { ...(options.stateDir === undefined && withoutDisk), ...options.postgres?.settings };
  const portForServices = (await options.between?.('postgres', ports.postgres)) ?? ports.postgres;
  let address = '';
  const keeper = new Keeper(
    'postgres',
    async (givingUp) => {
      const postgres = await startPostgres(
        { dataDir: state.postgres, port: ports.postgres, password, log: state.log('postgres'), settings },
        givingUp,
      );
      address = postgres.adminUrl;
      return {
        pid: postgres.pid,
        exited: postgres.process.exited,
        signal: postgres.signal,
        stop: () => postgres.stop(),
      };
    },
    say,
    options.patience,
  );
  await keeper.start();
  kept.set('postgres', keeper);
  return { address, forServices: Object.assign(new URL(address), { port: portForServices }).href };
}

/** Each node has a keeper of its own. All are waited for, even when one fails: what has started must be known, to be stopped. */
async function ownKafka({ state, ports, kept, options, say }: ClusterPlan): Promise<Cluster> {
  const { between } = options;
  const about = {
    dataDir: state.kafka,
    log: state.log('kafka'),
    shortLived: options.stateDir === undefined,
    ...options.kafka,
  };
  const nameOf = (index: number): string => (index === 0 ? 'kafka' : `kafka-${index + 1}`);
  const nodes = await planNodes(
    { ...about, port: ports.kafka, controllerPort: ports['kafka-controller'] },
    async (port, index) => between && `127.0.0.1:${await between(nameOf(index), port)}`,
  );
  const starts = await Promise.allSettled(
    nodes.map(async (node, index) => {
      const keeper = new Keeper(
        nameOf(index),
        async (givingUp) => {
          const { process, stop } = await startNode(node, about, givingUp);
          return { pid: process.pid, exited: process.exited, signal: process.signal, stop };
        },
        say,
        options.patience,
      );
      await keeper.start();
      kept.set(keeper.name, keeper);
    }),
  );
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) throw failed.reason;
  const addresses = nodes.map(addressesOf);
  return {
    address: addresses.map(({ direct }) => direct).join(','),
    forServices: addresses.map(({ clients }) => clients).join(','),
  };
}

/** An administrator's URL that somebody gave: it must answer, and be able to make roles and databases. */
async function namedPostgres(url: string): Promise<Cluster> {
  const wrong = (why: string): Error =>
    new Error(
      `DATABASE_URL does not lead to a PostgreSQL where roles and databases can be made (${why}); it must be postgres://administrator:password@host:port/postgres`,
    );
  if (!/^postgres(ql)?:\/\/./.test(url)) throw wrong('it is no address of a PostgreSQL');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ able: boolean }>(
      'SELECT rolsuper OR (rolcreaterole AND rolcreatedb) AS able FROM pg_roles WHERE rolname = current_user',
    );
    if (!rows[0]?.able) throw new Error('its role has neither SUPERUSER nor CREATEROLE and CREATEDB');
  } catch (error) {
    throw wrong((error as Error).message || (error as { code?: string }).code || String(error));
  } finally {
    await client.end();
  }
  return { address: url, forServices: url };
}

/** Brokers that somebody named: one that answers is enough, and tells the clients of the others. */
async function namedKafka(brokers: string): Promise<Cluster> {
  const answers = await Promise.allSettled(brokers.split(',').map((broker) => askCoordinator(broker.trim(), 10_000)));
  if (answers.some((answer) => answer.status === 'fulfilled')) return { address: brokers, forServices: brokers };
  const [first] = answers;
  const why = first?.status === 'rejected' ? (first.reason as Error).message : '';
  throw new Error(`no broker of KAFKA_BROKERS answers (${why}); it must be a list of host:port, separated by commas`);
}
