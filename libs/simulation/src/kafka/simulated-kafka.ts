import type { Topic } from '@tradewind/messaging';
import {
  TopicMismatch,
  type Acknowledged,
  type IncomingRecord,
  type OutgoingRecord,
  type CommittedOffset,
  type TopicPartition,
  topicSettings,
} from '@tradewind/messaging/internals';
import type { SimulationEngine } from '../engine/simulation-engine.js';
import { BrokerError, brokerUnavailable } from './broker-error.js';
import { ConsumerGroup, type GroupBroker } from './consumer-group.js';
import { PartitionLog, type Fetched } from './partition-log.js';

/** Name and limits of a simulated broker. */
export interface KafkaOptions {
  readonly name?: string;
  /** Most records a partition in one fetch; the seed decides the actual number of each fetch. */
  readonly fetchLimit?: number;
}

interface TopicLogs {
  readonly topic: Topic;
  readonly logs: PartitionLog[];
}

/** `message.max.bytes`: the largest batch of one partition. */
const maxBatchBytes = 1_048_588;
/** Microseconds until a member refreshes its topic metadata. */
const metadataMaxAge = 3_000_000;

/** A broker with its topics and groups. Processes use it through `SimulatedProcess.kafka`; its own methods return copies of records. */
export class SimulatedKafka implements GroupBroker {
  readonly name: string;
  readonly #topics = new Map<string, TopicLogs>();
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #waitingFetches = new Set<() => void>();
  #up = true;

  constructor(
    readonly engine: SimulationEngine,
    private readonly options: KafkaOptions,
  ) {
    this.name = options.name ?? 'kafka';
  }

  get up(): boolean {
    return this.#up;
  }

  /** Every call and every waiting fetch fails until `start`. The topics stay. */
  stop(): void {
    this.#up = false;
    for (const fail of this.#waitingFetches) fail();
    this.#waitingFetches.clear();
  }

  start(): void {
    this.#up = true;
  }

  /** All records of a topic, partition by partition. */
  records(topic: string): readonly IncomingRecord[] {
    return this.#topic(topic).logs.flatMap((log) => log.from(0n, Infinity).records);
  }

  get topics(): readonly Topic[] {
    return [...this.#topics.values()].map(({ topic }) => topic);
  }

  /** Appends records without a producer: foreign, poisoned or repeated ones. */
  append(...records: readonly OutgoingRecord[]): void {
    this.appendBatches(records);
  }

  /** The broker marks the end of a transaction: an offset without a record. */
  markTransaction(partition: TopicPartition): void {
    this.#log(partition).mark();
  }

  /** Starts a rebalance of the group. */
  rebalance(group: string): void {
    this.group(group).rebalance();
  }

  compact(topic: string): void {
    for (const log of this.#topic(topic).logs) log.compact();
  }

  /** Throws while the broker is stopped. */
  assertUp(): void {
    if (!this.#up) throw brokerUnavailable('connect ECONNREFUSED');
  }

  group(name: string): ConsumerGroup {
    let group = this.#groups.get(name);
    if (!group) this.#groups.set(name, (group = new ConsumerGroup(this, name)));
    return group;
  }

  partitions(topic: string): readonly TopicPartition[] {
    return this.#topic(topic).logs.map((log) => ({ topic: log.topic, partition: log.partition }));
  }

  endOffsets(topic: string): (TopicPartition & { end: bigint; start: bigint })[] {
    return this.#topic(topic).logs.map((log) => ({ topic, partition: log.partition, end: log.end, start: 0n }));
  }

  createTopic(topic: Topic): void {
    if (this.#topics.has(topic.name)) return;
    const logs = Array.from(
      { length: topic.partitions },
      (_, partition) => new PartitionLog(topic.name, partition, () => this.engine.now),
    );
    this.#topics.set(topic.name, { topic, logs });
  }

  /** Groups that read the topic notice it when their metadata is refreshed, and rebalance. */
  increasePartitions(name: string, partitions: number): void {
    const { logs } = this.#topic(name);
    if (logs.length > partitions)
      throw new TopicMismatch(`the topic ${name} has ${logs.length} partitions already, and none can be taken from it`);
    while (logs.length < partitions) logs.push(new PartitionLog(name, logs.length, () => this.engine.now));
    for (const group of this.#groups.values()) {
      if (group.reads(name))
        this.engine.schedule(
          this.engine.random.between(0, metadataMaxAge),
          this.name,
          `${group.name} finds new partitions of ${name}`,
          () => group.rebalance(),
        );
    }
  }

  /** Compares the retention only of the topics of `owner`; without it, of all. */
  checkTopic(declared: Topic, owner = declared.owner): void {
    const found = this.#topics.get(declared.name);
    if (!found)
      throw new TopicMismatch(
        `the topic ${declared.name} does not exist: ${declared.foreign ? 'its owner must create it' : 'provision the topics first'}`,
      );
    if (declared.foreign) return;
    const { length } = found.logs;
    if (length < declared.partitions) {
      throw new TopicMismatch(
        `the topic ${declared.name} has ${length} partitions, ${declared.partitions} are declared: it must be grown before more are declared`,
      );
    }
    const has = new Map(topicSettings(found.topic).map(({ name, value }) => [name, value]));
    const isOwn = owner === declared.owner;
    for (const { name, value } of topicSettings(declared).slice(0, isOwn ? undefined : 1))
      if (has.get(name) !== value)
        throw new TopicMismatch(`the topic ${declared.name} has ${name}=${has.get(name)}, ${value} is declared`);
  }

  /** Appends the batches of all partitions; throws without appending any when one is too large or its partition does not exist. */
  appendBatches(records: readonly OutgoingRecord[]): Acknowledged[] {
    const batches = new Map<PartitionLog, OutgoingRecord[]>();
    for (const record of records) {
      const log = this.#log(record);
      batches.set(log, [...(batches.get(log) ?? []), record]);
    }
    for (const [log, batch] of batches) {
      if (batch.reduce((bytes, record) => bytes + sizeOf(record), 0) > maxBatchBytes)
        throw new BrokerError('MESSAGE_TOO_LARGE', `${log.topic} accepts no batch of that size`);
    }
    return [...batches].map(([log, batch]) => {
      const [baseOffset] = batch.map((record) => log.append(record));
      this.engine.note(`${log.topic}:${log.partition} appends ${batch.length} at ${baseOffset}`);
      return { topic: log.topic, partition: log.partition, baseOffset: baseOffset! };
    });
  }

  /** Appends the batches of some partitions, for a call that fails partially. */
  appendSomeBatches(records: readonly OutgoingRecord[]): Acknowledged[] {
    const chosen = new Map<PartitionLog, boolean>();
    return this.appendBatches(
      records.filter((record) => {
        const log = this.#log(record);
        if (!chosen.has(log)) chosen.set(log, this.engine.random.happens(0.5));
        return chosen.get(log)!;
      }),
    );
  }

  /** Records from these offsets on, partition by partition. Waits while there are none; rejects when the broker stops. */
  async fetch(offsets: readonly CommittedOffset[]): Promise<Fetched[]> {
    for (;;) {
      const { random } = this.engine;
      const limit = random.between(1, this.options.fetchLimit ?? 50);
      const found = random.shuffled(offsets).map((start) => this.#log(start).from(start.offset, limit));
      const batches = found.filter(({ from, to }) => to > from);
      if (batches.length > 0) return batches;
      await this.#nextAppend(offsets);
    }
  }

  /** Some records from an offset on; none at the end. */
  readFrom(start: CommittedOffset): Fetched {
    return this.#log(start).from(start.offset, this.engine.random.between(1, this.options.fetchLimit ?? 50));
  }

  offsetsAt(topic: string, time: Date): (TopicPartition & { offset: bigint })[] {
    return this.#topic(topic).logs.map((log) => ({
      topic,
      partition: log.partition,
      offset: log.firstAt(time.getTime()),
    }));
  }

  #nextAppend(offsets: readonly CommittedOffset[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(brokerUnavailable('it has stopped'));
      const wake = (): void => {
        if (this.#waitingFetches.delete(fail))
          this.engine.schedule(this.engine.random.between(1, 2_000), this.name, 'has new records', resolve);
      };
      this.#waitingFetches.add(fail);
      for (const each of offsets) this.#log(each).onNextAppend(wake);
    });
  }

  #topic(topic: string): TopicLogs {
    const found = this.#topics.get(topic);
    if (!found) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `this server does not host the topic ${topic}`);
    return found;
  }

  #log({ topic, partition }: TopicPartition): PartitionLog {
    const log = this.#topic(topic).logs[partition];
    if (!log) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `${topic} has no partition ${partition}`);
    return log;
  }
}

const sizeOf = ({ key, value, headers }: OutgoingRecord): number =>
  20 +
  Buffer.byteLength(key ?? '') +
  (value === null ? 0 : Buffer.byteLength(value)) +
  Object.entries(headers).reduce((bytes, [name, text]) => bytes + name.length + Buffer.byteLength(text) + 2, 0);
