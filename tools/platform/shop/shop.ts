import type { KafkaOptions } from '../kafka/start-kafka.js';
import type { PostgresOptions } from '../postgres/start-postgres.js';
import type { Supervisor, RestartPolicy } from '../process/supervisor.js';
import type { DatabaseService, ServiceName } from '../../services.js';
import type { ApplicationName, Scale } from './processes.js';
import type { StateFolder } from './state-folder.js';

export interface ShopOptions {
  /** The state folder. Without one, the shop has a temporary folder that is removed when it stops. */
  readonly stateDir?: string;
  /** `default`: the default ports, or those of ORDER_PORT and the like; `free`: any free ports. */
  readonly ports: 'default' | 'free';
  readonly scale?: Scale;
  /** An administrator's URL of an existing PostgreSQL to use. */
  readonly databaseUrl?: string | undefined;
  /** Existing brokers to use. */
  readonly kafkaBrokers?: string | undefined;
  /** TLS and a login of its own for each service and tool at the started Kafka, which allows nothing without an ACL. */
  readonly secure?: boolean;
  /** Additional environment variables of single services, for instance rate limits of the gateway. */
  readonly env?: Readonly<
    Partial<Record<ServiceName | ApplicationName | 'provider', Readonly<Record<string, string>>>>
  >;
  /** Whether the console runs as well. */
  readonly console?: boolean;
  /** Whether each service runs as one file, which starts faster. Code that is changed as it is loaded must not be bundled. */
  readonly bundled?: boolean;
  /** Compiled programs to run instead of single services; paths from the project's root. */
  readonly programs?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Options of the started Kafka. With three nodes each has its own supervisor: `kafka`, `kafka-2`, `kafka-3`. */
  readonly kafka?: Partial<Pick<KafkaOptions, 'nodes' | 'heap' | 'settings' | 'shortLived'>>;
  /** Options of the started PostgreSQL, for instance `{ settings: { max_connections: '30' } }`. */
  readonly postgres?: Pick<PostgresOptions, 'settings'>;
  /** When ended processes are restarted. */
  readonly restartPolicy?: RestartPolicy;
  /**
   * Puts a proxy between the services and the started PostgreSQL and Kafka. Called once for `postgres` and for each of `kafka`,
   * `kafka-2`, `kafka-3`, before any of them starts; returns the port that the services use instead. Everything else, audits too,
   * connects directly.
   */
  readonly proxyPort?: (name: string, port: number) => Promise<number>;
  /** Receives the progress, one line at a time. */
  readonly log?: (line: string) => void;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
}

export interface Instance {
  /** `order`, `order-2`, `order-3`. */
  readonly name: string;
  readonly service: ServiceName;
  readonly url: string;
  /** Of its metrics. */
  readonly operationsUrl: string;
  readonly logFile: string;
  readonly supervisor: Supervisor;
}

export interface Shop {
  readonly gatewayUrl: string;
  readonly providerUrl: string;
  /** Undefined without `console`. */
  readonly consoleUrl: string | undefined;
  /** Direct, without a proxy, like the databases. */
  readonly kafkaBrokers: string;
  /** The folder of the certificate authority and the logins at Kafka; undefined without `secure`. */
  readonly kafkaLogins: string | undefined;
  /** The URL of PostgreSQL's administrator. */
  readonly adminUrl: string;
  readonly databases: Readonly<Record<DatabaseService, string>>;
  /** The same databases as the owners of their tables, for migrations and operations. */
  readonly ownedDatabases: Readonly<Record<DatabaseService, string>>;
  readonly admin: { readonly email: string; readonly password: string };
  readonly state: StateFolder;
  /** The current instances; changes with the scale. */
  readonly instances: readonly Instance[];
  /** The supervised processes by name: the instances, `provider`, and, if started here, `postgres`, `kafka`, `kafka-2`, `kafka-3`. */
  readonly processes: ReadonlyMap<string, Pick<Supervisor, 'pid' | 'restarts'>>;
  /**
   * Sends a signal to a running process; the supervisor restarts it if it ends. SIGSTOP and SIGCONT reach all of PostgreSQL's
   * processes, other signals its postmaster.
   */
  kill(name: string, signal?: NodeJS.Signals): void;
  /** Shuts a process down; it stays stopped until `startProcess`. */
  stopProcess(name: string): Promise<void>;
  /** Resolves when the process is ready. Also waits for a killed process, which is restarted anyway. */
  startProcess(name: string): Promise<void>;
  /**
   * Changes the number of instances of the given services. Resolves when the new ones are ready and the surplus ones have shut down.
   * When a new one does not start, rejects, and the shop is as before. One change at a time.
   */
  scale(scale: Scale, log?: (line: string) => void): Promise<void>;
  /** Resolves when every instance is ready. */
  untilReady(timeoutMs?: number): Promise<void>;
  /** Stops the gateway, then services, provider, Kafka and PostgreSQL. */
  stop(): Promise<void>;
}
