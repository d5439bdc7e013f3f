import {
  afterOf,
  GroupHasMembers,
  isFulfilled,
  type IncomingRecord,
  type KafkaClient,
  type Publisher,
  type ReadOptions,
  type Subscription,
  type SubscriptionOptions,
  type Tail,
  type TailOptions,
  type Topic,
  type TopicPartition,
} from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import { BrokerConnection } from './broker-connection.js';
import type { ConsumerGroup } from './consumer-group.js';
import { LogReader } from './log-reader.js';
import type { SimulatedKafka } from './simulated-kafka.js';
import { SimulatedPublisher } from './simulated-publisher.js';
import { SimulatedSubscription } from './simulated-subscription.js';

/** The port's Kafka client for one life. */
export class SimulatedKafkaClient implements KafkaClient {
  readonly #connection: BrokerConnection;

  constructor(
    private readonly kafka: SimulatedKafka,
    life: SimulatedProcess,
  ) {
    this.#connection = new BrokerConnection(kafka, life);
  }

  async publisher(): Promise<Publisher> {
    await this.#connection.ask('connect', () => undefined);
    return new SimulatedPublisher(this.#connection);
  }

  subscribe(options: SubscriptionOptions): Promise<Subscription> {
    return SimulatedSubscription.open(this.#connection, options);
  }

  async tail({ topics, onRecords }: TailOptions): Promise<Tail> {
    const ends = await this.endOffsets(topics);
    const behind = new Map(
      ends.filter(({ start, end }) => end > start).map(({ topic, partition, end }) => [`${topic}:${partition}`, end]),
    );
    let arrive: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (arrive = resolve));
    if (behind.size === 0) arrive();
    const reader = new LogReader(this.#connection, (records) => {
      onRecords(records);
      const { topic, partition, offset } = records.at(-1)!;
      const end = behind.get(`${topic}:${partition}`);
      if (end !== undefined && offset + 1n >= end && behind.delete(`${topic}:${partition}`) && behind.size === 0)
        arrive();
    });
    reader.read(ends.map(({ topic, partition, start }) => ({ topic, partition, next: start })));
    return {
      caughtUp,
      close: () => {
        reader.stop();
        return Promise.resolve();
      },
    };
  }

  /** One fetch after another, partition by partition; a range whose next record has to wait is gone on with after the others. */
  async read({ ranges, onRecords, onEnd, signal }: ReadOptions): Promise<void> {
    const open = ranges
      .map(({ topic, partition, from, to }) => ({ topic, partition, next: from, to }))
      .filter(({ next, to }) => next < to);
    const isOpen = (range: TopicPartition & { next: bigint; to: bigint }): boolean => range.next < range.to;
    const waits = (record: IncomingRecord): boolean => {
      const reached = (partition: number): bigint | undefined =>
        partition === record.partition
          ? undefined
          : open.find((each) => each.topic === record.topic && each.partition === partition && isOpen(each))?.next;
      return !isFulfilled(
        afterOf(record) ?? [],
        reached,
        new Map(this.kafka.ends(record.topic).map(({ partition, end }) => [partition, end])),
      );
    };
    while (open.some(isOpen) && !signal?.aborted) {
      for (const range of open) {
        const { topic, partition } = range;
        while (isOpen(range) && !signal?.aborted) {
          const records = await this.#connection.ask('read', () =>
            this.kafka.readFrom({ topic, partition, next: range.next }),
          );
          const held = records.findIndex(waits);
          const free = held === -1 ? records : records.slice(0, held);
          const wanted = free.filter(({ offset }) => offset < range.to);
          if (wanted.length > 0) await onRecords(wanted);
          const ended = wanted.length < free.length || records.length === 0;
          range.next = ended ? range.to : (free.at(-1)?.offset ?? range.next - 1n) + 1n;
          if (!isOpen(range))
            range.to = (await onEnd?.({ topic, partition, from: range.next, to: range.to })) ?? range.to;
          else if (held !== -1) break;
        }
      }
    }
  }

  offsetsAt(topics: readonly string[], time: Date): ReturnType<KafkaClient['offsetsAt']> {
    return this.#connection.ask('offsets at a time', () =>
      topics.flatMap((topic) => this.kafka.offsetsAt(topic, time)),
    );
  }

  setPositions(group: string, positions: readonly (TopicPartition & { readonly next: bigint })[]): Promise<void> {
    return this.#connection.ask('set positions', () => {
      const { committed } = this.#deserted(group);
      for (const position of positions) committed.set(`${position.topic}:${position.partition}`, { ...position });
    });
  }

  forgetPositions(group: string): Promise<void> {
    return this.#connection.ask('forget positions', () => this.#deserted(group).committed.clear());
  }

  #deserted(group: string): ConsumerGroup {
    const found = this.kafka.group(group);
    if (found.hasMembers) throw new GroupHasMembers(group);
    return found;
  }

  endOffsets(topics: readonly string[]): ReturnType<KafkaClient['endOffsets']> {
    return this.#connection.ask('end offsets', () => topics.flatMap((topic) => this.kafka.ends(topic)));
  }

  committed(group: string, topics: readonly string[]): ReturnType<KafkaClient['committed']> {
    return this.#connection.ask('committed', () =>
      [...this.kafka.group(group).committed.values()]
        .filter(({ topic }) => topics.includes(topic))
        .map((position) => ({ ...position })),
    );
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#connection.ask('provision', () => {
      for (const topic of topics) this.kafka.create(topic);
      for (const topic of topics) this.kafka.check(topic);
    });
  }

  check(topics: readonly Topic[]): Promise<void> {
    return this.#connection.ask('check', () => {
      for (const topic of topics) this.kafka.check(topic);
    });
  }

  grow(topic: string, partitions: number): Promise<void> {
    return this.#connection.ask('grow', () => this.kafka.grow(topic, partitions));
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}
