import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  Handles,
  insert,
  kafkaClient,
  Message,
  message,
  messagingMigrations,
  table,
  topic,
  type Decision,
  type DecisionContext,
  type KafkaClient,
} from '@tradewind/messaging';
import {
  MessagingRuntime,
  OffsetMismatch,
  PostgresStore,
  systemPorts,
  type MessagingOptions,
  toOutboxRow,
} from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import type { AnsweredRequest } from './index.js';

const run = randomUUID().slice(0, 8);
export const service = `chat-${run}`;
export const chat = topic(`chat-${run}.events`, { owner: service, partitions: 3 });

@Message({ type: 'chat.posted', topic: chat, key: 'author' })
export class Posted {
  @IsString() readonly author!: string;
}

interface ReceivedPost {
  readonly postId: string;
  readonly author: string;
}
export interface Author {
  readonly author: string;
  readonly posts: number;
}
export const Authors = table<Author>('authors', 'author', { author: 'text', posts: 'int4' });
const ReceivedPosts = table<ReceivedPost>('received_posts', 'postId', { postId: 'uuid', author: 'text' });

/** Each post was requested with an idempotency key. */
export const answeredRequest = (id: string, at: Date): AnsweredRequest => ({
  claim: { scope: 'a client', route: 'POST /posts', key: id, bodyHash: id },
  at,
  answer: { id },
});

/** Saves each post once. */
class PostedHandler {
  @Handles(Posted, { load: {} })
  save({ author }: Posted, { cause }: DecisionContext): Decision {
    return insert(ReceivedPosts, { postId: cause, author });
  }
}

/** A service that consumes its own messages: one topic, one group. */
export class ChatService {
  fatal: Error[] = [];
  kafka!: KafkaClient;
  #runtime: MessagingRuntime | undefined;

  private constructor(
    readonly database: FreshDatabase,
    readonly dataSource: DataSource,
    public store: PostgresStore,
  ) {}

  /** With an empty database, or with a copy of another. */
  static async open(template?: string): Promise<ChatService> {
    const database = await freshDatabase(template);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: 'recovering',
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(`create table if not exists received_posts (post_id uuid primary key, author text not null);
      create table if not exists authors (author text primary key, posts int not null);
      create table if not exists passwords (author text primary key references authors deferrable initially deferred, password text not null)`);
    return new ChatService(database, dataSource, new PostgresStore(dataSource));
  }

  readonly options: MessagingOptions = {
    service,
    contracts: new MessageRegistry([Posted]),
    lockOrder: [ReceivedPosts],
  };

  async provision(brokers: string): Promise<void> {
    const kafka = this.client(brokers);
    await kafka.provision([chat]);
    await kafka.close();
  }

  client(brokers: string): KafkaClient {
    return kafkaClient({ brokers: brokers.split(','), clientId: 'chat' });
  }

  start(brokers: string): void {
    this.fatal = [];
    this.kafka = this.client(brokers);
    const environment = {
      store: this.store,
      kafka: this.kafka,
      ports: systemPorts,
      log: () => undefined,
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    this.#runtime = new MessagingRuntime(this.options, environment, () => []);
    this.#runtime.addController(new PostedHandler());
    void this.#runtime.start();
    this.#runtime.transport.listen(() => undefined);
  }

  async stop(): Promise<void> {
    const running = this.#runtime;
    this.#runtime = undefined;
    if (!running) return;
    await running.stopConsuming();
    await running.stop();
    await this.kafka.close();
  }

  /** Without connections to the database: PostgreSQL copies it only then. */
  async disconnected<T>(work: () => Promise<T>): Promise<T> {
    await this.dataSource.destroy();
    const result = await work();
    await this.dataSource.initialize();
    this.store = new PostgresStore(this.dataSource);
    return result;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** One post for each name, in one transaction, each with an answered request. */
  async post(...names: readonly string[]): Promise<void> {
    const outbox = names.map((author) => {
      const id = randomUUID();
      return toOutboxRow(message(Posted, { author }), {
        id,
        at: new Date(),
        cause: id,
        correlation: undefined,
      });
    });
    await this.store.transaction(async (transaction) => {
      const authors = [...new Set(names)];
      const known = (await transaction.load({
        table: Authors,
        by: new Map([['author', new Set(authors)]]),
      })) as readonly Author[];
      const after = authors.map((author): Author => ({
        author,
        posts:
          (known.find((each) => each.author === author)?.posts ?? 0) + names.filter((name) => name === author).length,
      }));
      await transaction.save(
        Authors,
        after.map((row) => ({ table: Authors, key: row.author, row, isNew: false })),
        new Set(known.map(({ author }) => author)),
      );
      await transaction.append(outbox);
      const requests = outbox.map((row) => answeredRequest(row.id, row.occurredAt));
      await transaction.claim(requests.map(({ claim, at }) => ({ ...claim, at })));
      await transaction.saveAnswers(requests);
    });
  }

  async count(name: string): Promise<number> {
    return (await this.dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${name}`))[0]!.n;
  }

  /** Waits until everything is published and consumed. */
  async idle(): Promise<void> {
    await eventually(async () => {
      // First, so that everything published later lies beyond the ends that are read next.
      if ((await this.count('msg_outbox')) > 0) return false;
      const ends = await this.kafka.endOffsets([chat.name]);
      const committed = new Map(
        (await this.kafka.committedOffsets(service, [chat.name])).map(({ partition, offset }) => [partition, offset]),
      );
      return ends.every(({ partition, end }) => (committed.get(partition) ?? 0n) === end);
    });
  }

  offsetMismatch(): Promise<string> {
    return eventually(() => this.fatal.find((error) => error instanceof OffsetMismatch)?.message);
  }
}
