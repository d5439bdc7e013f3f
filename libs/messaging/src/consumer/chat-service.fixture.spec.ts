import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Handles,
  insert,
  kafkaClient,
  Message,
  message,
  messagingMigrations,
  nothing,
  table,
  topic,
  type Decision,
  type DecisionContext,
  type KafkaClient,
} from '../index.js';
import { MessageRegistry, type MessageClass } from '../message.js';
import { MessagingRuntime, OffsetMismatch, PostgresStore, systemPorts, type MessagingOptions } from '../internals.js';
import { toOutboxRow } from '../outbox/envelope.js';

const run = randomUUID().slice(0, 8);
export const service = `chat-${run}`;
export const chat = topic(`chat-${run}.events`, { owner: service, partitions: 3 });

@Message({ type: 'chat.posted', topic: chat, key: 'author' })
export class Posted {
  @IsString() readonly author!: string;
}
@Message({ type: 'chat.typing', topic: chat, key: 'author' })
export class Typing {
  @IsString() readonly author!: string;
}

/** A topic that another service owns and this one writes on. */
export const reports = topic(`moderation-${run}.commands`, { owner: `moderation-${run}`, partitions: 1 });

@Message({ type: 'moderation.report', topic: reports, key: 'author' })
export class Report {
  @IsString() readonly author!: string;
}

interface ReceivedPost {
  readonly postId: string;
  readonly author: string;
}
const ReceivedPosts = table<ReceivedPost>('received_posts', 'postId', { postId: 'uuid', author: 'text' });

/** Saves each post once. Its service ignores `Typing`. */
export class PostedHandler {
  @Handles(Posted, { load: {} })
  save({ author }: Posted, { cause }: DecisionContext): Decision {
    return insert(ReceivedPosts, { postId: cause, author });
  }
}

/** Handles `Typing` too, and saves nothing. */
export class PostedAndTypingHandler {
  @Handles(Posted, { load: {} })
  save({ author }: Posted, { cause }: DecisionContext): Decision {
    return insert(ReceivedPosts, { postId: cause, author });
  }

  @Handles(Typing, { load: {} })
  skip(): Decision {
    return nothing();
  }
}

/** A service that consumes its own messages: one topic, one group. */
export class ChatService {
  fatal: Error[] = [];
  kafka!: KafkaClient;
  readonly store: PostgresStore;
  #runtime: MessagingRuntime | undefined;

  private constructor(
    private readonly database: FreshDatabase,
    readonly dataSource: DataSource,
  ) {
    this.store = new PostgresStore(dataSource);
  }

  static async open(brokers: string): Promise<ChatService> {
    const database = await freshDatabase();
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table received_posts (post_id uuid primary key, author text not null)');
    const opened = new ChatService(database, dataSource);
    const kafka = opened.client(brokers);
    await kafka.provision([chat, reports]);
    await kafka.close();
    return opened;
  }

  readonly #options: MessagingOptions = {
    service,
    contracts: new MessageRegistry([Posted, Typing, Report]),
    lockOrder: [ReceivedPosts],
  };

  client(brokers: string): KafkaClient {
    return kafkaClient({ brokers: brokers.split(','), clientId: 'chat' });
  }

  start(
    brokers: string,
    more: Pick<MessagingOptions, 'retention'> = {},
    controller: object = new PostedHandler(),
  ): void {
    this.fatal = [];
    this.kafka = this.client(brokers);
    const ignored = controller instanceof PostedAndTypingHandler ? {} : { [service]: [Typing] };
    const environment = {
      store: this.store,
      kafka: this.kafka,
      ports: systemPorts,
      log: () => undefined,
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    this.#runtime = new MessagingRuntime({ ...this.#options, ...more, ignored }, environment, () => []);
    this.#runtime.addController(controller);
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

  async close(): Promise<void> {
    await this.stop();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** One message for each author, in one transaction; returns the ids. */
  async publish(cls: MessageClass<Posted>, ...authors: readonly string[]): Promise<string[]> {
    const rows = authors.map((author) => {
      const id = randomUUID();
      return toOutboxRow(message(cls, { author }), {
        id,
        at: new Date(),
        cause: id,
        correlation: undefined,
      });
    });
    await this.store.transaction((transaction) => transaction.append(rows));
    return rows.map(({ id }) => id);
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

  get problems(): readonly string[] {
    return [this.#runtime?.relay.problem].filter((problem) => problem !== undefined);
  }

  offsetMismatch(): Promise<string> {
    return eventually(() => this.fatal.find((error) => error instanceof OffsetMismatch)?.message);
  }
}
