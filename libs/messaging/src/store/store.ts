import type { AnyTable, Change, Idempotency } from '../decide/index.js';
import type { Topic } from '../contract/index.js';
import type { After } from '../kafka/after.js';
import type { TopicPartition } from '../kafka/kafka-client.js';

/** A message on its way into the outbox. `payload` is JSON text, null for a tombstone. */
export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  readonly payload: string | null;
  readonly causation: string;
  readonly correlation: string;
  readonly traceparent: string | null;
  readonly occurredAt: Date;
  /** Further headers, for dead letters. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** False on compacted topics: nothing of it is kept once it is published. */
  readonly archived: boolean;
}

export interface TakenRow extends OutboxRow {
  readonly position: bigint;
  /** 1, 2, 3 … per topic and key. */
  readonly sequence: bigint;
}

/** A row of the outbox and where the broker has put it. */
export interface PublishedRow {
  readonly position: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

/** A record that claims to come from this database's outbox. */
export interface ClaimedRecord {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly sequence: bigint;
  /** False on compacted topics: nothing of it was kept once it was published. */
  readonly archived: boolean;
}

/** How many partitions of a topic are in force: what the place of a key is reckoned from. */
export interface TopicSize {
  readonly topic: string;
  readonly partitions: number;
  /** Where the partitions ended that it had before it last grew; empty where it never did. */
  readonly after: After;
  /** So many it is to have, as soon as they are there. */
  readonly growingTo: number | null;
}

/** A message's place in a consumer's world: `lane` is topic and key, the unit of order. */
export interface Mark {
  readonly id: string;
  readonly lane: string;
}

export interface LoadRequest {
  readonly table: AnyTable;
  /** Property → values. */
  readonly by: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface EffectRow {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: object;
  readonly cause: string;
  readonly correlation: string;
}

export interface ClaimedEffect extends EffectRow {
  readonly tries: number;
  readonly token: string;
}

export interface TimerRow {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
  readonly milliseconds: number;
  /** The id of the message whose publication starts the time; null: it runs from the commit. */
  readonly startedBy: string | null;
}

export interface ParkedMessage {
  readonly consumer: string;
  readonly lane: string;
  readonly messageId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IdempotencyClaim extends Idempotency {
  readonly at: Date;
}

export type Claimed =
  { readonly fresh: true } | { readonly fresh: false; readonly bodyHash: string; readonly answer: unknown };

/**
 * One transaction. Everything in it commits together or not at all. What only writes may resolve before the database has answered:
 * that it was refused is then told by the transaction's end.
 */
export interface Transaction {
  /**
   * Marks messages as handled by a consumer. A message that was marked before is `seen`; one whose lane is parked is
   * `waiting` and not marked. A concurrent mark of the same message is waited for.
   */
  mark(
    consumer: string,
    marks: readonly Mark[],
  ): Promise<{ readonly seen: ReadonlySet<string>; readonly waiting: ReadonlySet<string> }>;
  /** Takes a released message off its lane and marks it; false when somebody else has. */
  markReleased(consumer: string, id: string, lane: string): Promise<boolean>;
  unmark(consumer: string, ids: readonly string[]): Promise<void>;
  /** Claims idempotency keys, waiting for a twin's transaction; in the order of the keys given. */
  claim(claims: readonly IdempotencyClaim[]): Promise<readonly Claimed[]>;
  unclaim(claims: readonly Idempotency[]): Promise<void>;
  keepAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void>;
  /** Rows for update, locked in key order. */
  load(request: LoadRequest): Promise<readonly object[]>;
  /** All changes of one table: `known` are the keys whose rows exist. */
  save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void>;
  /** Gives sequences and appends. The rows of one topic and key keep their order. */
  append(rows: readonly OutboxRow[]): Promise<void>;
  wish(rows: readonly EffectRow[]): Promise<void>;
  /** Ends claimed effects; the ids that were still ours. */
  finishEffects(ends: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>>;
  /** Sets timers, and takes away those that were met, unless somebody else is just at them: they do no harm, only work. */
  arm(rows: readonly TimerRow[], met?: readonly string[]): Promise<void>;
  /** Takes timers away; the ids that were still there. */
  disarm(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Parks messages behind the lane's first one, or, with a reason, as the first one. Idempotent by message. */
  park(messages: readonly ParkedMessage[], reason: ParkReason | null): Promise<void>;
  /** The next parked message of a lane that is being released; null when none waits any more, and the lane is then open. */
  nextReleased(consumer: string, lane: string): Promise<ParkedMessage | null>;
}

export interface ParkReason {
  /** Groups what failed for the same cause. */
  readonly cause: string;
  readonly detail: string;
  readonly tries: number;
}

/** The one publisher of a database, while its session lives. Every call rejects once the session is lost. */
export interface RelaySession {
  /** Counts up with each leader: a former one can mark nothing. */
  readonly epoch: bigint;
  /** The oldest rows, lanes that the broker has rejected left out. */
  take(limit: number): Promise<readonly TakenRow[]>;
  /** Moves rows to the archive, counts the positions on to behind them, and starts the timers that wait for them. */
  mark(published: readonly PublishedRow[]): Promise<void>;
  /** The sizes of these topics. One that was never known begins as it is declared. */
  sizes(declared: readonly Topic[]): Promise<readonly TopicSize[]>;
  /** From the next record on the topic is of the size to which it is being grown; false where it is not, or another leads. */
  grow(size: Omit<TopicSize, 'growingTo'>): Promise<boolean>;
  /** Holds a row that the broker rejects, and every later one of its topic and key. */
  hold(row: TakenRow, reason: string): Promise<void>;
  /** Calls back when another instance says that it has appended. */
  onPoke(call: () => void): void;
  close(): Promise<void>;
}

/** What the library keeps in a database. Rejects with Transient when the database is away for the moment. */
export interface Store {
  /** Rejects with OutcomeUnknown when it may have been committed; after any other rejection nothing of it is kept. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Becomes the publisher of this database, or undefined where another is. */
  lead(): Promise<RelaySession | undefined>;
  /** Tells the leader in another process that rows wait. Never inside a transaction. */
  poke(): Promise<void>;
  /** The sizes of the topics that were ever published to; of all others what is declared holds. */
  topicSizes(): Promise<readonly TopicSize[]>;
  /** Where what was marked as published ends: on each partition that was published to, the offset after the last such record. */
  publishedTo(): Promise<readonly (TopicPartition & { readonly next: bigint })[]>;
  /** The ids of those records that this database has never said, neither published nor still to be. */
  neverSaid(records: readonly ClaimedRecord[]): Promise<ReadonlySet<string>>;
  /** The ids of those messages that the consumer has neither handled nor set aside. */
  neverHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  outboxLag(): Promise<{ readonly rows: number; readonly seconds: number; readonly held: number }>;
  /** Leases effects that are due, the oldest of each key only. The lease runs on the database's clock. */
  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMilliseconds: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]>;
  renewEffects(ids: readonly string[], token: string, leaseMilliseconds: number): Promise<void>;
  /** Effects that are wished and not settled, and the age of the oldest. */
  openEffects(): Promise<{ readonly open: number; readonly seconds: number }>;
  retryEffect(id: string, token: string, inMilliseconds: number, error: string): Promise<void>;
  dueTimers(limit: number): Promise<readonly { readonly id: string; readonly sagaId: string; readonly name: string }[]>;
  postponeTimers(ids: readonly string[], milliseconds: number): Promise<void>;
  /** Whether any of these keys is parked for the consumer, on whatever topic. */
  parkedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** An operator lets the messages of a parked lane go; its consumer takes them from there. False when it is not parked. */
  release(consumer: string, lane: string): Promise<boolean>;
  releasedLanes(consumer: string): Promise<readonly string[]>;
  parkedCount(): Promise<number>;
  /** Open sagas that fail again and again. Looks only at those that have not ended. */
  alarmedSagas(): Promise<number>;
  /** Counts a try before it is made. */
  countTry(consumer: string, messageId: string): Promise<number>;
  /** Where a consumer began on a partition, and how many times in a row it began no further than `reach` records after the first of them. */
  countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number>;
  /** What was counted of a message counts no more: it was handled, or parked. */
  forgetTries(consumer: string, messageId: string): Promise<void>;
  /** What was counted of these partitions counts no more: a process that began there has ended in good order. */
  forgetStarts(
    consumer: string,
    places: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void>;
}
