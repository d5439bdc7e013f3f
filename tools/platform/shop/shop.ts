import type { KafkaOptions } from '../kafka/start-kafka.js';
import type { PostgresOptions } from '../postgres/start-postgres.js';
import type { Keeper, Patience } from '../process/keeper.js';
import type { DatabaseService, Scale, Service } from './processes.js';
import type { StateFolder } from './state-folder.js';

export interface ShopOptions {
  /** Kept after the end. Without one the shop lives in a temporary folder that goes with it. */
  readonly stateDir?: string;
  /** `default`: the ones everybody knows, moved by ORDER_PORT and the like; `free`: any. */
  readonly ports: 'default' | 'free';
  readonly scale?: Scale;
  /** An administrator's URL of a cluster to use instead of one of our own. */
  readonly databaseUrl?: string | undefined;
  /** Brokers to use instead of one of our own. */
  readonly kafkaBrokers?: string | undefined;
  /** Settings of single services on top of ours, for instance rate limits of the gateway. */
  readonly env?: Readonly<Partial<Record<Service | 'provider', Readonly<Record<string, string>>>>>;
  /** Programs that run in the place of single services, compiled, below the project's folder. */
  readonly programs?: Readonly<Partial<Record<Service, string>>>;
  /** Of a Kafka of our own. With three nodes each has a keeper of its own: `kafka`, `kafka-2`, `kafka-3`. */
  readonly kafka?: Partial<Pick<KafkaOptions, 'nodes' | 'heap' | 'settings' | 'shortLived'>>;
  /** Of a PostgreSQL of our own, for instance `{ settings: { max_connections: '30' } }`. */
  readonly postgres?: Pick<PostgresOptions, 'settings'>;
  /** How soon what has ended is started again. */
  readonly patience?: Patience;
  /**
   * Puts something between the services and a PostgreSQL or Kafka of our own: asked once for `postgres` and for each of
   * `kafka`, `kafka-2`, `kafka-3`, before any of them starts, and answers the port that services are to use instead.
   * Everything else, audits too, goes past it.
   */
  readonly between?: (name: string, port: number) => Promise<number>;
  /** Told what happens, a line at a time. */
  readonly say?: (line: string) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

export interface Instance {
  /** `order`, and `order-2`, `order-3` where there are several. */
  readonly name: string;
  readonly service: Service;
  readonly url: string;
  readonly log: string;
  readonly keeper: Keeper;
}

export interface Shop {
  readonly gatewayUrl: string;
  readonly providerUrl: string;
  /** Like the databases: straight to the server, past what may stand between it and the services. */
  readonly kafkaBrokers: string;
  /** The administrator's URL of the database cluster. */
  readonly adminUrl: string;
  readonly databases: Readonly<Record<DatabaseService, string>>;
  readonly admin: { readonly email: string; readonly password: string };
  readonly state: StateFolder;
  /** As they are now: it changes with the scale. */
  readonly instances: readonly Instance[];
  /** Everything that is kept running, by name: the instances, `provider`, and what is our own of `postgres`, `kafka`, `kafka-2`, `kafka-3`. */
  readonly kept: ReadonlyMap<string, Pick<Keeper, 'pid' | 'restarts'>>;
  /**
   * Sends a signal to an instance, `provider`, `kafka` or `postgres`, while it runs; what ends by it is started again.
   * SIGSTOP and SIGCONT reach all of PostgreSQL's processes, other signals the one that it began with.
   */
  kill(name: string, signal?: NodeJS.Signals): void;
  /** Ends one cleanly and leaves it ended until `startOne`. */
  stopOne(name: string): Promise<void>;
  /** Resolves when it is ready to serve; also for one that was killed, and is started again anyway. */
  startOne(name: string): Promise<void>;
  /**
   * Runs another number of instances of the services that are named. Resolves when the new ones are ready and the surplus ones have
   * ended in good order; where a new one does not start, the shop is as it was before, and this rejects. One change at a time.
   */
  scale(scale: Scale, say?: (line: string) => void): Promise<void>;
  /** Resolves when every instance is ready to serve. */
  untilReady(withinMs?: number): Promise<void>;
  /** Gateway first, then services, provider, Kafka, PostgreSQL. */
  stop(): Promise<void>;
}
