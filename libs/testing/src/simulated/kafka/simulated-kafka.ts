import {
  TopicMismatch,
  type Acknowledged,
  type IncomingRecord,
  type OutgoingRecord,
  type Topic,
  type TopicPartition,
} from '@tradewind/messaging';
import type { Simulation } from '../simulation.js';
import { BrokerError, brokerAway } from './broker-error.js';
import { ConsumerGroup, type Position } from './consumer-group.js';
import { PartitionLog } from './partition-log.js';

export interface KafkaOptions {
  readonly name?: string;
  /** Records that a fetch brings of one partition at most; each fetch has a size of its own below. */
  readonly fetchLimit?: number;
}

interface LoggedTopic {
  readonly topic: Topic;
  readonly logs: PartitionLog[];
}

/** Bytes of one partition's batch that a broker takes. */
const batchLimit = 1_048_588;
/** Microseconds for which a member takes what it knows of topics for true. */
const metadataAge = 3_000_000;
const cleanup = { keep: 'delete', compact: 'compact' } as const;

/** A broker with its topics and groups. Reached through `SimulatedProcess.kafka`; what is read here is what lies on the topics, as copies. */
export class SimulatedKafka {
  readonly name: string;
  readonly #topics = new Map<string, LoggedTopic>();
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #cutOff = new Set<() => void>();
  #up = true;

  constructor(
    readonly simulation: Simulation,
    private readonly options: KafkaOptions,
  ) {
    this.name = options.name ?? 'kafka';
  }

  get up(): boolean {
    return this.#up;
  }

  /** Away: every call fails, and every fetch that waits. What was appended stays. */
  stop(): void {
    this.#up = false;
    for (const cut of this.#cutOff) cut();
    this.#cutOff.clear();
  }

  start(): void {
    this.#up = true;
  }

  /** Everything on a topic, partition by partition. */
  records(topic: string): readonly IncomingRecord[] {
    return this.#of(topic).logs.flatMap((log) => log.from(0n, Infinity));
  }

  get topics(): readonly Topic[] {
    return [...this.#topics.values()].map(({ topic }) => topic);
  }

  /** Puts records onto a topic past every service: a stranger's, poisoned, or repeated ones. */
  append(...records: readonly OutgoingRecord[]): void {
    this.take(records);
  }

  /** Calls the members of a group together, as it happens without a reason that anybody sees. */
  rebalance(group: string): void {
    this.group(group).gather();
  }

  compact(topic: string): void {
    for (const log of this.#of(topic).logs) log.compact();
  }

  /** For the clients of this broker: throws while it is away. */
  answer(): void {
    if (!this.#up) throw brokerAway('connect ECONNREFUSED');
  }

  group(name: string): ConsumerGroup {
    let group = this.#groups.get(name);
    if (!group) this.#groups.set(name, (group = new ConsumerGroup(this, name)));
    return group;
  }

  partitions(topic: string): readonly TopicPartition[] {
    return this.#of(topic).logs.map((log) => ({ topic: log.topic, partition: log.partition }));
  }

  ends(topic: string): (TopicPartition & { end: bigint; start: bigint })[] {
    return this.#of(topic).logs.map((log) => ({ topic, partition: log.partition, end: log.end, start: 0n }));
  }

  create(topic: Topic): void {
    if (this.#topics.has(topic.name)) return;
    const logs = Array.from(
      { length: topic.partitions },
      (_, partition) => new PartitionLog(topic.name, partition, () => this.simulation.now),
    );
    this.#topics.set(topic.name, { topic, logs });
  }

  /** Whoever reads the topic notices it within seconds, and calls the group together. */
  grow(name: string, partitions: number): void {
    const { logs } = this.#of(name);
    if (logs.length > partitions)
      throw new TopicMismatch(`the topic ${name} has ${logs.length} partitions already, and none can be taken from it`);
    while (logs.length < partitions) logs.push(new PartitionLog(name, logs.length, () => this.simulation.now));
    for (const group of this.#groups.values()) {
      if (group.reads(name))
        this.simulation.later(
          this.simulation.chance.between(0, metadataAge),
          this.name,
          `${group.name} notices that ${name} has grown`,
          () => group.gather(),
        );
    }
  }

  check(declared: Topic): void {
    const found = this.#topics.get(declared.name);
    if (!found) throw new TopicMismatch(`the topic ${declared.name} does not exist: provision the topics first`);
    const { length } = found.logs;
    if (length < declared.partitions) {
      throw new TopicMismatch(
        `the topic ${declared.name} has ${length} partitions, ${declared.partitions} are declared: it must be grown before more are declared`,
      );
    }
    const [has, wants] = [cleanup[found.topic.retention], cleanup[declared.retention]];
    if (has !== wants)
      throw new TopicMismatch(`the topic ${declared.name} has cleanup.policy=${has}, ${wants} is declared`);
  }

  /** Takes the batches of all partitions, or, where one is too large or goes nowhere, none of that call. */
  take(records: readonly OutgoingRecord[]): Acknowledged[] {
    const batches = new Map<PartitionLog, OutgoingRecord[]>();
    for (const record of records) {
      const log = this.#log(record);
      batches.set(log, [...(batches.get(log) ?? []), record]);
    }
    for (const [log, batch] of batches) {
      if (batch.reduce((bytes, record) => bytes + sizeOf(record), 0) > batchLimit)
        throw new BrokerError('MESSAGE_TOO_LARGE', `${log.topic} takes no batch of that size`);
    }
    return [...batches].map(([log, batch]) => {
      const [baseOffset] = batch.map((record) => log.append(record));
      this.simulation.note(`${log.topic}:${log.partition} takes ${batch.length} at ${baseOffset}`);
      return { topic: log.topic, partition: log.partition, baseOffset: baseOffset! };
    });
  }

  /** Of a call that ends halfway: the batches of some partitions. */
  takePart(records: readonly OutgoingRecord[]): Acknowledged[] {
    const taken = new Map<PartitionLog, boolean>();
    return this.take(
      records.filter((record) => {
        const log = this.#log(record);
        if (!taken.has(log)) taken.set(log, this.simulation.chance.happens(0.5));
        return taken.get(log)!;
      }),
    );
  }

  /** What a fetch brings from these positions on, partition by partition; waits while there is nothing. Rejects when the broker goes away. */
  async fetch(positions: readonly Position[]): Promise<IncomingRecord[][]> {
    for (;;) {
      const { chance } = this.simulation;
      const limit = chance.between(1, this.options.fetchLimit ?? 50);
      const found = chance.shuffled(positions).map((position) => this.#log(position).from(position.next, limit));
      const batches = found.filter(({ length }) => length > 0);
      if (batches.length > 0) return batches;
      await this.#news(positions);
    }
  }

  /** Some of what there is from a position on; nothing where that is the end. */
  readFrom(position: Position): IncomingRecord[] {
    return this.#log(position).from(position.next, this.simulation.chance.between(1, this.options.fetchLimit ?? 50));
  }

  offsetsAt(topic: string, time: Date): (TopicPartition & { offset: bigint })[] {
    return this.#of(topic).logs.map((log) => ({
      topic,
      partition: log.partition,
      offset: log.firstAt(time.getTime()),
    }));
  }

  #news(positions: readonly Position[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const cut = (): void => reject(brokerAway('it has gone away'));
      const wake = (): void => {
        if (this.#cutOff.delete(cut))
          this.simulation.later(this.simulation.chance.between(1, 2_000), this.name, 'has news', resolve);
      };
      this.#cutOff.add(cut);
      for (const position of positions) this.#log(position).onNext(wake);
    });
  }

  #of(topic: string): LoggedTopic {
    const found = this.#topics.get(topic);
    if (!found) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `this server does not host the topic ${topic}`);
    return found;
  }

  #log({ topic, partition }: TopicPartition): PartitionLog {
    const log = this.#of(topic).logs[partition];
    if (!log) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `${topic} has no partition ${partition}`);
    return log;
  }
}

const sizeOf = ({ key, value, headers }: OutgoingRecord): number =>
  20 +
  Buffer.byteLength(key ?? '') +
  (value === null ? 0 : Buffer.byteLength(value)) +
  Object.entries(headers).reduce((bytes, [name, text]) => bytes + name.length + Buffer.byteLength(text) + 2, 0);
