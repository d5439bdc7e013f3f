import type { Topic } from '../contract/index.js';

/** A record on its way out. A null value is a tombstone. Header values are text. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the broker put the first record of a batch for one partition. */
export interface Acknowledged {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
}

/**
 * Sends records, acknowledged by all in-sync replicas, in the order given within a partition. Rejects when anything was not
 * acknowledged: part of the records, or all, may then be on the topic all the same. After a rejection the publisher is
 * spent: close it, open another, and send again from what the database holds. One call at a time.
 */
export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]>;
  close(): Promise<void>;
}

export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  /** Text; a header that came several times keeps its first value. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Where a group is to go on. */
export interface Position extends TopicPartition {
  /** The offset of the next record to be read. */
  readonly next: bigint;
  /** A few words for whoever reads the position later; the broker keeps them with it. */
  readonly note?: string;
}

export interface SubscriptionOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Takes records in the order of their partition. Must not wait for their handling; the position of the group moves only by `commit`. */
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  /** Partitions now owned; everything buffered of others is to be dropped. Called before their first record. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void;
  /** The subscription is dead and will not come back by itself. */
  readonly onDead: (error: Error) => void;
  /** It goes on reading and can't commit any more: it should be closed, and another opened. */
  readonly onLost?: () => void;
}

/** A member of a consumer group. New groups and new partitions start at the beginning of the log; those that a topic has got are shared out within seconds. */
export interface Subscription {
  /**
   * Commits the offset of the next record to be read. Resolves false when the partition is not owned any longer. While the client
   * starts anew it may resolve true and have told nobody: whoever depends on a position commits it again from time to time.
   */
  commit(positions: readonly Position[]): Promise<boolean>;
  /** Delivers again from these offsets on. */
  seek(positions: readonly (TopicPartition & { readonly next: bigint })[]): void;
  /** Nothing more is fetched until `resume`: of these partitions, or, as back pressure, of any. Resuming all ends every pause. */
  pause(partitions?: readonly TopicPartition[]): void;
  resume(partitions?: readonly TopicPartition[]): void;
  /** When the last fetch (empty ones count) came back, milliseconds since 1970: the measure of liveness. */
  lastFetchAt(): number;
  /** Leaves the group, so that others take over at once. */
  close(): Promise<void>;
}

export interface TailOptions {
  readonly topics: readonly string[];
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  readonly onDead: (error: Error) => void;
}

/** A reader of whole topics from their beginning, without a position that is kept: every reader sees every record. */
export interface Tail {
  /** Resolves when everything that was there at the start has been handed over. */
  readonly caughtUp: Promise<void>;
  close(): Promise<void>;
}

export interface OffsetRange extends TopicPartition {
  readonly from: bigint;
  /** The first offset that is not read any more. */
  readonly to: bigint;
}

export interface ReadOptions {
  readonly ranges: readonly OffsetRange[];
  /** Gets a partition's records in their order; nothing more is handed over before the promise is resolved. */
  readonly onRecords: (records: readonly IncomingRecord[]) => Promise<void>;
  /** Asked when a range is at its end: a later one to go on to, or the same, and that partition is done. Default: it is done. */
  readonly onEnd?: (range: OffsetRange) => Promise<bigint>;
  /** Aborted: ends after what is being handed over, as if everything were read. */
  readonly signal?: AbortSignal;
}

/** The broker, as far as the library needs it. One implementation is on kafkajs; another passes the same conformance suite. */
export interface KafkaClient {
  publisher(): Promise<Publisher>;
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  tail(options: TailOptions): Promise<Tail>;
  /**
   * Reads parts of the log, beside every group and without a position that is kept. Resolves when each range is at its end, be
   * its last records there or compacted away; rejects when the broker is away for long, or with what `onRecords` rejects with.
   * Over the growth of a topic as well each key's records come in their order: a record waits for what it comes after in other ranges.
   */
  read(options: ReadOptions): Promise<void>;
  /** The first offset of every partition whose record is not older than this; where there is none, the end. */
  offsetsAt(topics: readonly string[], time: Date): Promise<readonly (TopicPartition & { readonly offset: bigint })[]>;
  /** The offset after the last record of every partition. Rejects when the broker is away. */
  endOffsets(
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly end: bigint; readonly start: bigint })[]>;
  /** The committed position of a group; a partition without one is left out. */
  committed(group: string, topics: readonly string[]): Promise<readonly Position[]>;
  /** Sets positions of a group that nobody is a member of; rejects, naming it, while it has members. Others of the group stay. */
  setPositions(group: string, positions: readonly (TopicPartition & { readonly next: bigint })[]): Promise<void>;
  /** The group begins anew wherever it reads; rejects, naming it, while it has members. One that does not exist is no error. */
  forgetPositions(group: string): Promise<void>;
  /** Creates the topics that are missing. Rejects, naming it, when one is there with other settings, or with fewer partitions than are declared. */
  provision(topics: readonly Topic[]): Promise<void>;
  /** Rejects, naming it, when a topic is missing, has other settings or fewer partitions than are declared: more are the owner's to judge. */
  check(topics: readonly Topic[]): Promise<void>;
  /** Adds partitions until the topic has so many; resolves when each of them takes records. Rejects with TopicMismatch when it has more. */
  grow(topic: string, partitions: number): Promise<void>;
  /** Ends at once whatever was opened here, or is being opened: that rejects. Leaving groups in good order comes before. */
  close(): Promise<void>;
}

/** Injection token and type of the broker client. */
export const KafkaClient = Symbol('KafkaClient');
