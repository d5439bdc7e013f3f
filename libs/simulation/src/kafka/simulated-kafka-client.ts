import type { KafkaClient, Topic } from '@tradewind/messaging';
import {
  previousEndsOf,
  GroupHasMembers,
  hasReached,
  type IncomingRecord,
  type PartitionOffset,
  type Publisher,
  type ReadOptions,
  type Subscription,
  type SubscriptionOptions,
  type Tail,
  type TailOptions,
  type TopicPartition,
} from '@tradewind/messaging/internals';
import type { ProcessCore } from '../process/process-core.js';
import { BrokerConnection } from './broker-connection.js';
import type { ConsumerGroup } from './consumer-group.js';
import { LogReader } from './log-reader.js';
import type { SimulatedKafka } from './simulated-kafka.js';
import { SimulatedPublisher } from './simulated-publisher.js';
import { SimulatedSubscription } from './simulated-subscription.js';

/** The KafkaClient port of one process. */
export class SimulatedKafkaClient implements KafkaClient {
  readonly #connection: BrokerConnection;

  constructor(
    private readonly kafka: SimulatedKafka,
    process: ProcessCore,
  ) {
    this.#connection = new BrokerConnection(kafka, process);
  }

  async publisher(): Promise<Publisher> {
    await this.#connection.call('connect', () => undefined);
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
    let resolveCaughtUp: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (resolveCaughtUp = resolve));
    if (behind.size === 0) resolveCaughtUp();
    const reader = new LogReader(this.#connection, ({ records, topic, partition, to }) => {
      if (records.length > 0) onRecords(records);
      const end = behind.get(`${topic}:${partition}`);
      if (end !== undefined && to >= end && behind.delete(`${topic}:${partition}`) && behind.size === 0)
        resolveCaughtUp();
    });
    reader.read(ends.map(({ topic, partition, start }) => ({ topic, partition, offset: start })));
    return {
      caughtUp,
      close: () => {
        reader.stop();
        return Promise.resolve();
      },
    };
  }

  /** Reads partition by partition. A range whose next record must wait for other partitions continues after them. */
  async read({ ranges, onRecords, onReached, onEnd, signal }: ReadOptions): Promise<void> {
    const open = ranges
      .map(({ topic, partition, from, to }) => ({ topic, partition, next: from, to }))
      .filter(({ next, to }) => next < to);
    const isOpen = (range: TopicPartition & { next: bigint; to: bigint }): boolean => range.next < range.to;
    const mustWait = (record: IncomingRecord): boolean => {
      const reached = (partition: number): bigint | undefined =>
        partition === record.partition
          ? undefined
          : open.find((each) => each.topic === record.topic && each.partition === partition && isOpen(each))?.next;
      return !hasReached(
        previousEndsOf(record) ?? [],
        reached,
        new Map(this.kafka.endOffsets(record.topic).map(({ partition, end }) => [partition, end])),
      );
    };
    while (open.some(isOpen) && !signal?.aborted) {
      for (const range of open) {
        const { topic, partition } = range;
        while (isOpen(range) && !signal?.aborted) {
          const { records, to } = await this.#connection.call('read', () =>
            this.kafka.readFrom({ topic, partition, offset: range.next }),
          );
          const blockedAt = records.findIndex(mustWait);
          const ready = blockedAt === -1 ? records : records.slice(0, blockedAt);
          const wanted = ready.filter(({ offset }) => offset < range.to);
          if (wanted.length > 0) await onRecords(wanted);
          const reached = blockedAt === -1 ? to : (records[blockedAt]?.offset ?? to);
          range.next = reached < range.to ? reached : range.to;
          onReached?.({ topic, partition, offset: range.next });
          if (!isOpen(range))
            range.to = (await onEnd?.({ topic, partition, from: range.next, to: range.to })) ?? range.to;
          else if (blockedAt !== -1) break;
        }
      }
    }
  }

  offsetsAt(topics: readonly string[], time: Date): ReturnType<KafkaClient['offsetsAt']> {
    return this.#connection.call('offsets at a time', () =>
      topics.flatMap((topic) => this.kafka.offsetsAt(topic, time)),
    );
  }

  setOffsets(group: string, offsets: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void> {
    return this.#connection.call('set offsets', () => {
      const { committed } = this.#groupWithoutMembers(group);
      for (const each of offsets) committed.set(`${each.topic}:${each.partition}`, { ...each });
    });
  }

  startAt(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    return this.#connection.call('start at', () => {
      const { committed } = this.kafka.group(group);
      for (const each of offsets) {
        const key = `${each.topic}:${each.partition}`;
        if (!committed.has(key)) committed.set(key, { ...each });
      }
    });
  }

  deleteOffsets(group: string): Promise<void> {
    return this.#connection.call('forget offsets', () => this.#groupWithoutMembers(group).committed.clear());
  }

  #groupWithoutMembers(group: string): ConsumerGroup {
    const found = this.kafka.group(group);
    if (found.hasMembers) throw new GroupHasMembers(group);
    return found;
  }

  endOffsets(topics: readonly string[]): ReturnType<KafkaClient['endOffsets']> {
    return this.#connection.call('end offsets', () => topics.flatMap((topic) => this.kafka.endOffsets(topic)));
  }

  committedOffsets(group: string, topics: readonly string[]): ReturnType<KafkaClient['committedOffsets']> {
    return this.#connection.call('committed offsets', () =>
      [...this.kafka.group(group).committed.values()]
        .filter(({ topic }) => topics.includes(topic))
        .map((each) => ({ ...each })),
    );
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#connection.call('provision', () => {
      for (const topic of topics) if (!topic.foreign || topic.foreign.create) this.kafka.createTopic(topic);
      for (const topic of topics) this.kafka.checkTopic(topic);
    });
  }

  check(topics: readonly Topic[], owner?: string): Promise<void> {
    return this.#connection.call('check', () => {
      for (const topic of topics) this.kafka.checkTopic(topic, owner);
    });
  }

  increasePartitions(topic: string, partitions: number): Promise<void> {
    return this.#connection.call('increase partitions', () => this.kafka.increasePartitions(topic, partitions));
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}
