import type { INestApplicationContext } from '@nestjs/common';
import { kafkaClient, type KafkaClient, type Table, type Topic } from '@tradewind/messaging';
import type { Key } from '@tradewind/messaging/internals';
import type { MessageClass, MessageRegistry } from '@tradewind/messaging/message';
import { DataSource } from 'typeorm';
import { eventually } from '../eventually.js';
import { MessagePublisher, type OutgoingTestMessage } from './message-publisher.js';
import { publishedMessages, type PublishedMessage, type PublishedQuery } from './published-messages.js';
import { expectRecoveredRows, loadAll, type RecoveredTable } from './recovered-rows.js';

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** What `start` resolves to: the application with its `DataSource`, and where it serves HTTP. */
export interface StartedService {
  readonly app: INestApplicationContext;
  readonly url: string;
  /** Where its metrics are. */
  readonly operationsUrl?: string;
  stop(): Promise<void>;
}

/** The service under test, and what it runs on. */
export interface ServiceHarnessOptions {
  readonly brokers: readonly string[];
  /** Dropped by `stop`. */
  readonly database: TestDatabase;
  readonly contracts: MessageRegistry;
  /** Created when they do not exist. */
  readonly topics: readonly Topic[];
  /** Starts the service with these environment variables. */
  readonly start: (environment: Readonly<Record<string, string>>) => Promise<StartedService>;
  /** Environment variables besides PORT, KAFKA_BROKERS, DATABASE_URL, MIGRATIONS and LOG_LEVEL. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A request besides its method and path. */
export interface HttpOptions {
  readonly token?: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response. */
export interface HttpResult<B> {
  readonly status: number;
  /** The parsed JSON; an empty object for an empty response. */
  readonly body: B;
  readonly headers: Headers;
}

/** One service under test on a real Kafka and PostgreSQL. */
export interface ServiceHarness {
  readonly service: StartedService;
  readonly dataSource: DataSource;
  request<B>(method: string, path: string, options?: HttpOptions): Promise<HttpResult<B>>;
  query<R extends object>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** All rows of a table, as decisions load them, by key. */
  rows<S extends object, K extends Key>(table: Table<S, K>): Promise<Map<string, S>>;
  /** Publishes a message as another service. */
  publish(message: MessageClass, fields: object, sequence?: number): Promise<void>;
  /** Publishes messages as another service in one producer call, so that they are handled in as few batches as possible. */
  publishAll(...messages: readonly OutgoingTestMessage[]): Promise<void>;
  /** Messages in the outbox and its archive, in the order of publishing. */
  published(query?: PublishedQuery): Promise<PublishedMessage[]>;
  /** Waits until at least `count` messages match. */
  waitForPublished(query: PublishedQuery, count: number): Promise<PublishedMessage[]>;
  /** Fails unless each table has exactly the rows that were recovered from the published events. */
  expectRecovered(...tables: readonly RecoveredTable[]): Promise<void>;
  /** Stops the service gracefully and starts it again on the same database, with additional environment variables. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts a second instance on the same database; the caller stops it. */
  startAnother(environment: Readonly<Record<string, string>>): Promise<StartedService>;
  /** Stops the service, closes the clients and drops the database. */
  stop(): Promise<void>;
}

type Start = (environment?: Readonly<Record<string, string>>) => Promise<StartedService>;

export async function startServiceHarness(options: ServiceHarnessOptions): Promise<ServiceHarness> {
  const kafka = kafkaClient({ brokers: [...options.brokers], clientId: 'test' });
  await kafka.provision(options.topics);
  const publisher = await MessagePublisher.open(kafka);
  const environment = {
    PORT: '0',
    KAFKA_BROKERS: options.brokers.join(','),
    DATABASE_URL: options.database.url,
    MIGRATIONS: 'apply',
    LOG_LEVEL: 'silent',
    ...options.environment,
  };
  const start: Start = (rest) => options.start({ ...environment, ...rest });
  const service = await start();
  return new RunningHarness(options, kafka, publisher, start, service);
}

class RunningHarness implements ServiceHarness {
  constructor(
    private readonly options: ServiceHarnessOptions,
    private readonly kafka: KafkaClient,
    private readonly publisher: MessagePublisher,
    private readonly start: Start,
    public service: StartedService,
  ) {}

  get dataSource(): DataSource {
    return this.service.app.get(DataSource);
  }

  async request<B>(
    method: string,
    path: string,
    { token, body, idempotencyKey, headers }: HttpOptions = {},
  ): Promise<HttpResult<B>> {
    const response = await fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as B, headers: response.headers };
  }

  query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.dataSource.query<R[]>(sql, [...values]);
  }

  async rows<S extends object, K extends Key>(table: Table<S, K>): Promise<Map<string, S>> {
    return (await loadAll(this.dataSource, table)) as Map<string, S>;
  }

  publish(message: MessageClass, fields: object, sequence = 1): Promise<void> {
    return this.publisher.publish({ message, fields, sequence });
  }

  publishAll(...messages: readonly OutgoingTestMessage[]): Promise<void> {
    return this.publisher.publish(...messages);
  }

  published(query: PublishedQuery = {}): Promise<PublishedMessage[]> {
    return publishedMessages(this.dataSource, this.options.contracts, query);
  }

  waitForPublished(query: PublishedQuery, count: number): Promise<PublishedMessage[]> {
    return eventually(async () => {
      const messages = await this.published(query);
      return messages.length >= count && messages;
    });
  }

  expectRecovered(...tables: readonly RecoveredTable[]): Promise<void> {
    return expectRecoveredRows(this.dataSource, ...tables);
  }

  async restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.service.stop();
    this.service = await this.start(environment);
  }

  startAnother(environment: Readonly<Record<string, string>>): Promise<StartedService> {
    return this.start(environment);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.publisher.close();
    await this.kafka.close();
    await this.options.database.drop();
  }
}
