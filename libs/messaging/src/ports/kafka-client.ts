import type { Topic } from '../message/index.js';
import { boundedKey } from './key.js';

/** A record to publish. A null value is a tombstone. Header values are text. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The offset of the first record of a batch on one partition. */
export interface Acknowledged {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
}

/**
 * Publishes records, acknowledged by all in-sync replicas, in the given order within a partition. One call at a time. Rejects
 * when any record was not acknowledged; some or all may then be on the topic nevertheless. After a rejection the publisher is
 * unusable: close it, open another, and publish again from the database. Rejects with RecordsRejected when the broker will
 * never accept the records.
 */
export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]>;
  close(): Promise<void>;
}

/** A record as it was read from a topic. */
export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When it was published, by the clock of its publisher or of the broker; where the client knows it. */
  readonly timestamp?: Date | undefined;
  /** Text. Bytes that are not UTF-8 text are `base64:…`. */
  readonly key: string | null;
  readonly value: Buffer | null;
  /** Text, as the key. A header that occurs several times has its first value, one without a value is absent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** An offset in one partition of a topic. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** `topic:partition`, for use as a map key. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/** The unit whose order is kept: topic and key, bounded for indexes. A record without a key belongs to its partition. */
export const orderingKeyOf = ({
  topic,
  key,
  partition,
}: Pick<IncomingRecord, 'topic' | 'key'> & Partial<TopicPartition>): string =>
  `${topic}\n${key === null ? `partition ${partition}` : boundedKey(key)}`;

/** An offset of a group. */
export interface CommittedOffset extends PartitionOffset {
  /** The offset of the next record to read. */
  readonly offset: bigint;
  /** Short text that the broker stores with the offset. */
  readonly metadata?: string;
}

/** What a member of a consumer group subscribes to, and where its records go. */
export interface SubscriptionOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Gets records in the order of their partition. `ranges`: the offsets between which these are all the records. They say more than the
   * records: the broker marks transactions with records of its own, compaction removes records, and what is committed must reach the end of
   * the log nevertheless. Must not wait for the handling; offsets are committed only by `commit`.
   */
  readonly onRecords: (records: readonly IncomingRecord[], ranges: readonly OffsetRange[]) => void;
  /**
   * The records at this offset cannot be read, for this reason. The partition waits there and is tried again; others go on. Default: the
   * subscription ends with UnreadableRecords.
   */
  readonly onUnreadable?: (at: PartitionOffset, reason: string) => void;
  /** The partitions now assigned. Drop everything buffered of others. Called before their first record. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void;
  /** The subscription has ended and does not recover by itself. */
  readonly onFatal: (error: Error) => void;
  /** It still reads but cannot commit any more: close it and open another. */
  readonly onLost?: () => void;
}

/** A member of a consumer group. New groups and new partitions start at the beginning of the log. Partitions that are added to a topic are assigned within seconds. */
export interface Subscription {
  /**
   * Commits offsets. Resolves false when a partition is not assigned any longer. While the client restarts it may resolve true
   * without having committed: commit again from time to time.
   */
  commit(offsets: readonly CommittedOffset[]): Promise<boolean>;
  /** Delivers again from these offsets on. */
  seek(offsets: readonly PartitionOffset[]): void;
  /** Fetches nothing more until `resume`, of these partitions or, without an argument, of all. */
  pause(partitions?: readonly TopicPartition[]): void;
  /** Without an argument: ends every pause. */
  resume(partitions?: readonly TopicPartition[]): void;
  /** When the last fetch returned, in milliseconds since 1970; empty fetches count. The measure of liveness. */
  lastFetchAt(): number;
  /** Leaves the group, so that other members take over at once. */
  close(): Promise<void>;
}

/** Which topics are read without a group, from where, and where their records go. */
export interface TailOptions {
  readonly topics: readonly string[];
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  readonly onFatal: (error: Error) => void;
}

/** Reads whole topics from their beginning without committed offsets: every reader gets every record. */
export interface Tail {
  /** Resolves when every record that was there at the start has been delivered. */
  readonly caughtUp: Promise<void>;
  close(): Promise<void>;
}

/** The records of one partition from an offset to another. */
export interface OffsetRange extends TopicPartition {
  readonly from: bigint;
  /** The first offset that is not read. */
  readonly to: bigint;
}

/** Which records are read, and where they go. */
export interface ReadOptions {
  readonly ranges: readonly OffsetRange[];
  /** Gets the records of a partition in order. The next ones are delivered after the promise resolves. */
  readonly onRecords: (records: readonly IncomingRecord[]) => Promise<void>;
  /** The records before this offset were delivered; those up to it that are missing are marks of transactions, or were compacted. */
  readonly onReached?: (place: PartitionOffset) => void;
  /**
   * Delivers only records that were not published in a transaction, as relays publish, and does not wait for open transactions. Default:
   * delivers every record, and waits until each transaction is committed or aborted.
   */
  readonly withoutTransactions?: true;
  /** The records at this offset cannot be read, for this reason: the range ends there. Default: the read rejects with UnreadableRecords. */
  readonly onUnreadable?: (at: PartitionOffset, reason: string) => void;
  /** Called at the end of a range: returns a later end to read on to, or the same end to finish. Default: finish. */
  readonly onEnd?: (range: OffsetRange) => Promise<bigint>;
  /** Aborts the read after the present delivery; the promise then resolves as if everything had been read. */
  readonly signal?: AbortSignal;
}

/**
 * The broker, as far as the library needs it. Implemented on kafkajs; every implementation passes the same conformance suite. Every
 * method rejects, and every `onFatal` is called, with KafkaAccessRefused where the brokers are available and refuse this process.
 */
export interface KafkaClient {
  publisher(): Promise<Publisher>;
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  tail(options: TailOptions): Promise<Tail>;
  /**
   * Reads ranges of the log without a group. Resolves when each range is at its end, whether its last records exist or were
   * compacted; rejects when the broker is unavailable for long, or with the error of `onRecords`. Keeps the order of each key
   * across a partition increase: a record waits for the records before it in other ranges.
   */
  read(options: ReadOptions): Promise<void>;
  /** The first offset of every partition whose record is not older than `time`; the end where there is none. */
  offsetsAt(topics: readonly string[], time: Date): Promise<readonly PartitionOffset[]>;
  /**
   * First offset and end of every partition. The end is that of the log: everything acknowledged lies before it, also while a transaction
   * is open. The last offsets before it need not have records. Rejects when the broker is unavailable.
   */
  endOffsets(
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly end: bigint; readonly start: bigint })[]>;
  /** The committed offsets of a group. A partition without one is left out. */
  committedOffsets(group: string, topics: readonly string[]): Promise<readonly CommittedOffset[]>;
  /** Sets offsets of a group without members; rejects with GroupHasMembers otherwise. Other partitions of the group keep theirs. */
  setOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void>;
  /** Commits these offsets of partitions for which the group has none, also while it has members. */
  startAt(group: string, offsets: readonly PartitionOffset[]): Promise<void>;
  /** Deletes all offsets of a group without members; rejects with GroupHasMembers otherwise. A group that does not exist is no error. */
  deleteOffsets(group: string): Promise<void>;
  /** Creates missing topics, foreign ones only where they allow it. Rejects with TopicMismatch when one exists with other settings, or with fewer partitions than declared. */
  provision(topics: readonly Topic[]): Promise<void>;
  /**
   * Rejects with TopicMismatch when a topic is missing, has other settings or fewer partitions than declared. More partitions are judged
   * by the owner. With `owner`, the retention of the topics of others is not compared. A foreign topic must only exist.
   */
  check(topics: readonly Topic[], owner?: string): Promise<void>;
  /** Adds partitions up to this count. Resolves when each of them accepts records. Rejects with TopicMismatch when there are more. */
  increasePartitions(topic: string, partitions: number): Promise<void>;
  /** Closes at once everything opened here; what is being opened rejects. Leave groups before. */
  close(): Promise<void>;
}

/** Injection token and type of the broker client. */
export const KafkaClient = Symbol('KafkaClient');
