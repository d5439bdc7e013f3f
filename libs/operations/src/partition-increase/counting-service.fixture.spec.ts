import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  Handles,
  kafkaClient,
  Message,
  message,
  messagingMigrations,
  rows,
  save,
  table,
  topic,
  type Decision,
  type HandlerContext,
  type KafkaClient,
} from '@tradewind/messaging';
import {
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  type IncomingRecord,
  type MessagingOptions,
  toOutboxRow,
} from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { PartitionIncrease, type PartitionIncreaseContext, type PartitionStatus } from './index.js';

const run = randomUUID().slice(0, 8);
/** A new topic for each service: partitions can't be removed. */
let services = 0;

interface Consumed {
  readonly consumedId: string;
  readonly last: number;
  /** Sequences that did not follow the one before. */
  readonly wrong: readonly number[];
}
const ConsumedCounters = table<Consumed>('consumed', 'consumedId', {
  consumedId: 'text',
  last: 'int4',
  wrong: 'jsonb',
});

type Group = 'main' | 'late';
/** By counter: how many messages were consumed, and which came out of order. */
export type ConsumedCounts = ReadonlyMap<string, { readonly last: number; readonly wrong: readonly number[] }>;

/** A service that publishes messages of many keys and consumes them: one topic with three partitions, and two groups, of which one can start late. */
export class CountingService {
  readonly service = `counting-${run}-${++services}`;
  readonly topic = topic(`counters-${run}-${services}.events`, { owner: this.service, partitions: 3 });
  readonly options: MessagingOptions;
  readonly fatal: Error[] = [];
  readonly #published = new Map<string, number>();
  readonly #Counted: new () => { readonly counter: string };
  readonly #controllers: Readonly<Record<Group, object>>;
  readonly #instances = new Set<{ readonly runtime: MessagingRuntime; readonly kafka: KafkaClient }>();
  #database!: FreshDatabase;
  dataSource!: DataSource;
  kafka!: KafkaClient;

  constructor() {
    @Message({ type: 'counter.counted', topic: this.topic, key: 'counter' })
    class Counted {
      @IsString() readonly counter!: string;
    }
    const load = { consumed: rows(ConsumedCounters, ({ counter }: Counted) => [`main ${counter}`, `late ${counter}`]) };
    class MainHandler {
      @Handles(Counted, { load })
      count({ counter }: Counted, { consumed, sequence }: HandlerContext<typeof load>): Decision {
        return count(`main ${counter}`, consumed.get(`main ${counter}`), Number(sequence));
      }
    }
    class LateHandler {
      @Handles(Counted, { load, consumer: 'late' })
      count({ counter }: Counted, { consumed, sequence }: HandlerContext<typeof load>): Decision {
        return count(`late ${counter}`, consumed.get(`late ${counter}`), Number(sequence));
      }
    }
    this.#Counted = Counted;
    this.#controllers = { main: new MainHandler(), late: new LateHandler() };
    this.options = { service: this.service, contracts: new MessageRegistry([Counted]), lockOrder: [ConsumedCounters] };
  }

  async open(): Promise<this> {
    this.#database = await freshDatabase();
    this.dataSource = await new DataSource({
      type: 'postgres',
      url: this.#database.url,
      migrations: messagingMigrations,
      extra: { max: 20 },
    }).initialize();
    await this.dataSource.runMigrations();
    await this.dataSource.query(
      'create table consumed (consumed_id text primary key, last int not null, wrong jsonb not null)',
    );
    this.kafka = this.#client();
    await this.kafka.provision([this.topic]);
    return this;
  }

  #client(): KafkaClient {
    return kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'counting' });
  }

  /** Starts an instance that publishes, consumes, or both. */
  start({
    publishes = true,
    consumes = ['main'],
  }: { readonly publishes?: boolean; readonly consumes?: readonly Group[] } = {}): () => Promise<void> {
    const kafka = this.#client();
    const environment = {
      store: new PostgresStore(this.dataSource),
      kafka,
      ports: systemPorts,
      log: () => undefined,
      onFatal: (error: Error) => void this.fatal.push(error),
    };
    const runtime = new MessagingRuntime(this.options, environment, () => []);
    for (const group of consumes) runtime.addController(this.#controllers[group]);
    if (publishes) void runtime.start();
    runtime.transport.listen(() => undefined);
    const instance = { runtime, kafka };
    this.#instances.add(instance);
    return async () => {
      if (!this.#instances.delete(instance)) return;
      await runtime.stopConsuming();
      await runtime.stop();
      await kafka.close();
    };
  }

  /** Publishes one message for each counter, in one transaction. */
  async publish(...counters: readonly string[]): Promise<void> {
    const outbox = counters.map((counter) => {
      const id = randomUUID();
      return toOutboxRow(message(this.#Counted, { counter }), {
        id,
        at: new Date(),
        cause: id,
        correlation: undefined,
      });
    });
    await new PostgresStore(this.dataSource).transaction((transaction) => transaction.append(outbox));
    for (const counter of counters) this.#published.set(counter, (this.#published.get(counter) ?? 0) + 1);
  }

  get publishedCount(): number {
    return [...this.#published.values()].reduce((sum, each) => sum + each, 0);
  }

  partitionIncrease(kafka: KafkaClient = this.kafka): PartitionIncrease {
    const context: PartitionIncreaseContext = {
      options: this.options,
      dataSource: this.dataSource,
      kafka,
      ports: systemPorts,
    };
    return new PartitionIncrease(context);
  }

  increasePartitions(partitions: number, kafka?: KafkaClient): Promise<PartitionStatus> {
    return this.partitionIncrease(kafka).run({ topic: this.topic.name, partitions, reason: 'more load' });
  }

  /** Waits until the group has consumed everything that was published. */
  async allConsumed(group: Group = 'main'): Promise<ConsumedCounts> {
    const all = this.publishedCount;
    return eventually(async () => {
      const consumed = await this.dataSource.query<{ consumed_id: string; last: number; wrong: number[] }[]>(
        'select * from consumed where consumed_id like $1',
        [`${group} %`],
      );
      if (consumed.reduce((sum, { last }) => sum + last, 0) < all && this.fatal.length === 0) return undefined;
      return new Map(consumed.map(({ consumed_id: id, last, wrong }) => [id.slice(group.length + 1), { last, wrong }]));
    }, 60_000);
  }

  /** What a group must have consumed: each message once and in order. */
  get expected(): ConsumedCounts {
    return new Map([...this.#published].map(([counter, last]) => [counter, { last, wrong: [] }]));
  }

  /** All records of the topic. */
  async records(): Promise<IncomingRecord[]> {
    const all: IncomingRecord[] = [];
    const ends = await this.kafka.endOffsets([this.topic.name]);
    await this.kafka.read({
      ranges: ends.map(({ topic: name, partition, start, end }) => ({ topic: name, partition, from: start, to: end })),
      onRecords: (some) => Promise.resolve(void all.push(...some)),
    });
    return all;
  }

  async close(): Promise<void> {
    for (const { runtime, kafka } of this.#instances) {
      await runtime.stopConsuming();
      await runtime.stop();
      await kafka.close();
    }
    await this.kafka.close();
    await this.dataSource.destroy();
    await this.#database.drop();
  }
}

/** Counts messages; a message that is lost, doubled or out of order leaves a wrong sequence. */
function count(consumedId: string, before: Consumed | undefined, sequence: number): Decision {
  const { last, wrong } = before ?? { last: 0, wrong: [] };
  return save(ConsumedCounters, {
    consumedId,
    last: last + 1,
    wrong: sequence === last + 1 ? wrong : [...wrong, sequence],
  });
}
