import { kafkaClient, kafkaSecurity } from '@tradewind/messaging';
import type { KafkaSettings } from '@tradewind/messaging/internals';
import pg from 'pg';
import type { BrokerAccess } from '../kafka/closed-listeners.js';
import { askCoordinator } from '../kafka/coordinator.js';
import { planNodes } from '../kafka/plan-nodes.js';
import { addressesOf } from '../kafka/settings.js';
import { startNode } from '../kafka/start-node.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { Supervisor } from '../process/supervisor.js';
import type { Ports } from './processes.js';
import type { ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** The addresses of PostgreSQL or Kafka: started here, or existing. */
export interface ServerAddresses {
  /** Without a proxy. */
  readonly direct: string;
  /** For the services; through a proxy, if there is one. */
  readonly forServices: string;
}

export interface InfrastructureOptions {
  readonly state: StateFolder;
  readonly ports: Ports;
  /** The password of PostgreSQL's administrator. */
  readonly password: string;
  /** TLS and logins of the started Kafka; its certificate is PostgreSQL's too. */
  readonly access: BrokerAccess | undefined;
  /** Each supervisor is added as soon as its process runs. */
  readonly processes: Map<string, Supervisor>;
  readonly options: Pick<
    ShopOptions,
    'stateDir' | 'databaseUrl' | 'kafkaBrokers' | 'kafka' | 'postgres' | 'restartPolicy' | 'proxyPort'
  >;
  readonly log: (line: string) => void;
}

/** For temporary data, which need not survive a power failure. Without fsync a killed process still loses nothing. */
const withoutFsync = { fsync: 'off' };

/**
 * Starts PostgreSQL and Kafka, or checks the existing ones of the options, which it does first: a wrong setting is then reported
 * before anything starts. Waits for both, also when one fails: a started process must be in `processes` to be stopped.
 */
export async function startInfrastructure(
  infrastructure: InfrastructureOptions,
): Promise<[postgres: ServerAddresses, kafka: ServerAddresses]> {
  const { databaseUrl, kafkaBrokers } = infrastructure.options;
  const existing = {
    postgres: databaseUrl && (await existingPostgres(databaseUrl)),
    kafka: kafkaBrokers && (await existingKafka(kafkaBrokers)),
  };
  const [postgres, kafka] = await Promise.allSettled([
    existing.postgres || startOwnPostgres(infrastructure),
    existing.kafka || startOwnKafka(infrastructure),
  ]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (kafka.status === 'rejected') throw kafka.reason;
  return [postgres.value, kafka.value];
}

async function startOwnPostgres({
  state,
  ports,
  password,
  access: tls,
  processes,
  options,
  log,
}: InfrastructureOptions): Promise<ServerAddresses> {
  const settings = { ...(options.stateDir === undefined && withoutFsync), ...options.postgres?.settings };
  const portForServices = (await options.proxyPort?.('postgres', ports.postgres)) ?? ports.postgres;
  let address = '';
  const supervisor = new Supervisor(
    'postgres',
    async (signal) => {
      const postgres = await startPostgres(
        {
          dataDir: state.postgres,
          port: ports.postgres,
          password,
          logFile: state.logFile('postgres'),
          settings,
          ...(tls && { tls }),
        },
        signal,
      );
      address = postgres.adminUrl;
      return {
        pid: postgres.pid,
        exited: postgres.process.exited,
        served: () => true,
        signal: postgres.signal,
        stop: () => postgres.stop(),
      };
    },
    log,
    options.restartPolicy,
  );
  await supervisor.start();
  processes.set('postgres', supervisor);
  return { direct: address, forServices: Object.assign(new URL(address), { port: portForServices }).href };
}

/** Each node has its own supervisor. Waits for all, also when one fails: a started node must be in `processes` to be stopped. */
async function startOwnKafka({
  state,
  ports,
  access,
  processes,
  options,
  log,
}: InfrastructureOptions): Promise<ServerAddresses> {
  const { proxyPort } = options;
  const nodeOptions = {
    dataDir: state.kafka,
    logFile: state.logFile('kafka'),
    shortLived: options.stateDir === undefined,
    ...options.kafka,
  };
  const nameOf = (index: number): string => (index === 0 ? 'kafka' : `kafka-${index + 1}`);
  const nodes = await planNodes(
    { ...nodeOptions, access, port: ports.kafka, controllerPort: ports['kafka-controller'] },
    async (port, index) => proxyPort && `127.0.0.1:${await proxyPort(nameOf(index), port)}`,
  );
  const starts = await Promise.allSettled(
    nodes.map(async (node, index) => {
      const supervisor = new Supervisor(
        nameOf(index),
        async (signal) => {
          const { process, stop } = await startNode(node, nodeOptions, signal);
          return { pid: process.pid, exited: process.exited, served: () => true, signal: process.signal, stop };
        },
        log,
        options.restartPolicy,
      );
      await supervisor.start();
      processes.set(supervisor.name, supervisor);
    }),
  );
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) throw failed.reason;
  const addresses = nodes.map(addressesOf);
  return {
    direct: addresses.map(({ direct }) => direct).join(','),
    forServices: addresses.map(({ clients }) => clients).join(','),
  };
}

/** Checks that the administrator of an existing PostgreSQL can connect and create roles and databases. */
async function existingPostgres(url: string): Promise<ServerAddresses> {
  const invalid = (reason: string): Error =>
    new Error(
      `DATABASE_URL must be the URL of an administrator that can create roles and databases (${reason}): postgres://administrator:password@host:port/postgres`,
    );
  if (!/^postgres(ql)?:\/\/./.test(url)) throw invalid('it is not a PostgreSQL URL');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ allowed: boolean }>(
      'SELECT rolsuper OR (rolcreaterole AND rolcreatedb) AS allowed FROM pg_roles WHERE rolname = current_user',
    );
    if (!rows[0]?.allowed) throw new Error('its role has neither SUPERUSER nor CREATEROLE and CREATEDB');
  } catch (error) {
    throw invalid((error as Error).message || (error as { code?: string }).code || String(error));
  } finally {
    await client.end();
  }
  return { direct: url, forServices: url };
}

/** Connects to a broker and logs in. */
async function connects(settings: Omit<KafkaSettings, 'clientId'>): Promise<void> {
  const client = kafkaClient({ ...settings, clientId: 'tradewind-platform' });
  try {
    await client.endOffsets([]);
  } finally {
    await client.close();
  }
}

/** Checks that one of the existing brokers answers; clients get the addresses of the others from it. */
async function existingKafka(brokers: string): Promise<ServerAddresses> {
  const security = kafkaSecurity(process.env);
  const ask = (broker: string): Promise<unknown> =>
    security.ssl || security.sasl ? connects({ brokers: [broker], ...security }) : askCoordinator(broker, 10_000);
  const answers = await Promise.allSettled(brokers.split(',').map((broker) => ask(broker.trim())));
  if (answers.some((answer) => answer.status === 'fulfilled')) return { direct: brokers, forServices: brokers };
  const [first] = answers;
  const reason = first?.status === 'rejected' ? (first.reason as Error).message : '';
  throw new Error(
    `no broker of KAFKA_BROKERS answers (${reason}); it must be a list of host:port, separated by commas`,
  );
}
