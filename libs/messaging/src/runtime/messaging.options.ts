import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { KafkaSettings } from '../adapters/kafkajs/index.js';
import type { ConsumerOptions } from '../consumer/kafka-transport.js';
import type { AnyEffect } from '../effects/effect.js';
import type { MessageClass, Topic } from '../message/index.js';
import type { AnyTable, KafkaClient, Log } from '../ports/index.js';
import { checkRetentionOptions, type RetentionOptions } from '../retention/index.js';
import type { AnySaga } from '../sagas/saga-decisions.js';

/** Everything that a service declares about its messages: what all its features declare together. */
export interface MessagingOptions extends ConsumerOptions {
  /** Every table that decisions load or save, in the order in which every transaction locks them. */
  readonly lockOrder: readonly AnyTable[];
  readonly sagas?: readonly AnySaga[];
  /** Providers that implement `Effect`. */
  readonly effects?: readonly Type<AnyEffect>[];
  /** Concurrent effect calls in one process. Default 64. Choose what the external system and the process can bear. */
  readonly effectConcurrency?: number;
  /** What is pruned, and when. Default: nothing. */
  readonly retention?: RetentionOptions;
  /** See `MessagingSettings.newDatabase`. */
  readonly newDatabase?: NewDatabase;
  /** See `MessagingSettings.logHandled`. */
  readonly logHandled?: boolean;
}

/** What a service does whose database is new while Kafka knows its past. */
export type NewDatabase = 'reject' | 'start-over';

/** What one feature module of a service declares. */
export interface MessagingFeature {
  /** Every message class that the feature publishes or that may arrive on a topic whose messages it handles. */
  readonly messages: readonly MessageClass[];
  /** The tables that its decisions load or save, in the order in which they are locked. Features are locked in the order of their import. */
  readonly tables?: readonly AnyTable[];
  readonly sagas?: readonly AnySaga[];
  /** Providers that implement `Effect`. */
  readonly effects?: readonly Type<AnyEffect>[];
  /** Message classes that a consumer group ignores, by group: `{ cart: […], 'cart.prices': […] }`. */
  readonly ignored?: ConsumerOptions['ignored'];
}

/** What comes from the environment. */
export interface MessagingSettings {
  /** The name of the service: its consumer group, and the source of everything that it publishes. */
  readonly service: string;
  /** How brokers are reached, or a client, which the caller closes. */
  readonly kafka: Omit<KafkaSettings, 'log'> | KafkaClient;
  /** An initialised TypeORM data source of PostgreSQL. */
  readonly dataSource: DataSource;
  /** The topic of dead letters. */
  readonly deadLetters?: Topic;
  /** See `MessagingOptions.effectConcurrency`. */
  readonly effectConcurrency?: number;
  /** What is pruned, and when. Default: nothing. */
  readonly retention?: RetentionOptions;
  /**
   * What happens when the database is new while Kafka knows the service. `reject`, the default: the service ends with OffsetMismatch, because a
   * database was lost. `start-over`, for development: it continues without its
   * past: numbers go on, nothing is read again. Never in production: a lost database would go unnoticed.
   */
  readonly newDatabase?: NewDatabase;
  /** Milliseconds for one statement of a decision's transaction. Default 8,000. Bounds how long one message can delay others. */
  readonly statementTimeoutMs?: number;
  /** Logs a line at the level debug for each message, command, timeout and effect result that is handled. Default: false. */
  readonly logHandled?: boolean;
  /** Default: Nest's logger. */
  readonly log?: Log;
  /** Called with an error that this process cannot recover from. Default: shuts the application down, then exits with code 1. */
  readonly onFatal?: (error: Error) => void;
}

/** Settings that a factory of the application makes. */
export interface MessagingAsyncSettings extends Pick<ModuleMetadata, 'imports'> {
  /** For a second database in the same application, see `messagingToken`. */
  readonly name?: string;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...args: never[]) => MessagingSettings | Promise<MessagingSettings>;
}

/** Throws a TypeError that names the setting which is missing or wrong. */
export function checkSettings({
  service,
  kafka,
  dataSource,
  retention = {},
  newDatabase = 'reject',
}: MessagingSettings): void {
  const wrong = (setting: string, text: string): never => {
    throw new TypeError(`MessagingModule: the setting ${setting} ${text}`);
  };
  if (typeof service !== 'string' || !/^[\w.-]+$/.test(service))
    wrong('service', `must be a name of letters, digits, ".", "_" and "-", and is ${JSON.stringify(service)}`);
  if (typeof kafka !== 'object') wrong('kafka', 'is missing: give { brokers, clientId } or a KafkaClient');
  if ('brokers' in kafka && (kafka.brokers.length === 0 || kafka.brokers.some((broker) => !/:\d+$/.test(broker))))
    wrong('kafka.brokers', `must be a list of host:port, and is ${JSON.stringify(kafka.brokers)}`);
  if (typeof dataSource !== 'object') wrong('dataSource', 'is missing: give a TypeORM DataSource');
  if (dataSource.options.type !== 'postgres')
    wrong('dataSource', `must be of the type postgres, and is of ${dataSource.options.type}`);
  checkRetentionOptions(retention);
  if (newDatabase !== 'reject' && newDatabase !== 'start-over')
    wrong('newDatabase', `must be 'reject' or 'start-over', and is ${JSON.stringify(newDatabase)}`);
  if (!dataSource.isInitialized) wrong('dataSource', 'is not initialised: await dataSource.initialize() before');
}
