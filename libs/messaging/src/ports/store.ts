import type { ConsumerState } from './consumer-state.js';
import type { Topic } from '../message/index.js';
import type { PartitionOffset, TopicPartition } from './kafka-client.js';
import type { PreviousEnds } from './previous-ends.js';
import type { DeclaredTable, TableFindings } from './declared-table.js';
import type { StoreReadings } from './readings.js';
import type { RetentionStore } from './retention.js';
import type { AnyTable, Change } from './table.js';
import type { TakeoverStore } from './takeover.js';
import type { TraceContext } from './trace-context.js';

/** A message to append to the outbox. `payload` is JSON text, null for a tombstone. */
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
  /** Additional headers: of dead letter records, and the rest of the trace context. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** False on compacted topics: nothing is kept after publication. */
  readonly archived: boolean;
}

export interface UnpublishedRow extends OutboxRow {
  /** The order of the rows in the outbox. */
  readonly position: bigint;
  /** 1, 2, 3 … per topic and key. */
  readonly sequence: bigint;
}

/** An outbox row and its place on the topic. */
export interface PublishedRow {
  readonly position: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

/** A record whose headers name this service as its source. */
export interface OwnRecord {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly sequence: bigint;
  /** False on compacted topics. */
  readonly archived: boolean;
}

/** `used` is a number in the table, `last` the last one that was generated. */
export interface ReusedIdentity {
  readonly table: string;
  readonly column: string;
  readonly last: bigint;
  readonly used: bigint;
  /** What an operator runs in the database to go on. */
  readonly remedy: string;
}

/** The partition count that the partition of a key is computed with. Differs from the declared one after a partition increase. */
export interface PartitionCount {
  readonly topic: string;
  readonly partitions: number;
  /** The ends of the partitions before the last increase; empty where there was none. */
  readonly previousEnds: PreviousEnds;
  /** The count after the increase in progress; null where there is none. */
  readonly increasingTo: number | null;
}

/** A message to mark in an inbox. `orderingKey` is topic and key: the unit whose order is kept. */
export interface InboxMark {
  readonly id: string;
  readonly orderingKey: string;
  /** Without it, horizons are not compared: a redriven message is marked wherever it was. */
  readonly place?: InboxPlace | undefined;
}

/** Where a message was read, to compare it with the horizon of its partition. */
export interface InboxPlace {
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970 when a relay's service made it; undefined where that is not known. */
  readonly createdAt: number | undefined;
}

/** Which rows of a table a transaction loads and locks. */
export interface LoadRequest {
  readonly table: AnyTable;
  /** Property → values. The key of the table → keys as text, see `keyOf`. */
  readonly by: ReadonlyMap<string | readonly string[], ReadonlySet<string>>;
}

/** A scheduled effect. */
export interface EffectRow {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: object;
  readonly cause: string;
  readonly correlation: string;
  /** Where the trace of its decision continues. */
  readonly trace?: TraceContext | null | undefined;
}

/** An effect that this process runs now, under a lease. */
export interface ClaimedEffect extends EffectRow {
  /** The number of this attempt, from 1. */
  readonly attempts: number;
  readonly token: string;
}

/** A timeout of a saga. */
export interface TimeoutRow {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
  readonly timeoutMs: number;
  /** The id of the message whose publication starts the timeout; null: the commit starts it. */
  readonly startedBy: string | null;
  /** The span that requested it. */
  readonly trace?: TraceContext | null | undefined;
}

export interface DueTimeout {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
  readonly trace?: TraceContext | null | undefined;
}

/** A message that could not be handled. */
export interface DeadLetter {
  readonly consumer: string;
  readonly orderingKey: string;
  readonly messageId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp?: Date | undefined;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Why a message could not be handled. */
export interface DeadLetterReason {
  /** Groups dead letters with the same cause. */
  readonly cause: string;
  readonly detail: string;
  readonly attempts: number;
}

/** Identifies a request that must take effect once. */
export interface Idempotency {
  /** The id of the user, or of the object of an operation that several users may do. */
  readonly scope: string;
  /** `POST /cart/checkout` */
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string;
}

export interface IdempotencyClaim extends Idempotency {
  readonly at: Date;
}

/** A new claim, or what an earlier request with the same key left. */
export type ClaimResult =
  { readonly isNew: true } | { readonly isNew: false; readonly bodyHash: string; readonly answer: unknown };

/** What became of the work behind a savepoint: its result, or the error after which everything since the savepoint was undone. */
export type SavepointResult<T> = { readonly result: T } | { readonly error: unknown };

/**
 * One transaction: everything in it commits together or not at all. A call that only writes may resolve before the database
 * has answered; its failure then shows at the commit.
 */
export interface Transaction {
  /**
   * Marks messages as handled by a consumer. `duplicates` were marked before; `blocked` ones wait behind a dead letter of their
   * ordering key and are not marked. A message before the horizon of its partition is a duplicate. `doubtful` ones are not marked:
   * made before the pruned marks and read behind the horizon, or made after the horizon and read before it. Waits for a concurrent mark
   * of the same message.
   */
  mark(
    consumer: string,
    marks: readonly InboxMark[],
  ): Promise<{
    readonly duplicates: ReadonlySet<string>;
    readonly blocked: ReadonlySet<string>;
    readonly doubtful: ReadonlySet<string>;
  }>;
  /**
   * Removes a redriven message from the dead letters and marks it; false when another instance did, or it was handled before. Also marks
   * `deadLetterId`, the id under which it was written, where that is another one.
   */
  markRedriven(consumer: string, id: string, orderingKey: string, deadLetterId?: string): Promise<boolean>;
  unmark(consumer: string, ids: readonly string[]): Promise<void>;
  /** Claims idempotency keys; the results are in the order of the claims. Waits for a concurrent claim of the same key. */
  claim(claims: readonly IdempotencyClaim[]): Promise<readonly ClaimResult[]>;
  unclaim(claims: readonly Idempotency[]): Promise<void>;
  saveAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void>;
  /**
   * Runs a transactional handler in this transaction, behind a savepoint: when it rejects, only what it wrote is undone, and the
   * transaction continues. `manager` is what the handler writes with, a TypeORM EntityManager; it cannot be used once the work has ended.
   * Rejects where the transaction as a whole cannot continue: the connection broke, or the work took longer than its limit.
   */
  savepoint<T>(work: (manager: unknown) => Promise<T>): Promise<SavepointResult<T>>;
  /** Loads rows for update, locked in key order. */
  load(request: LoadRequest): Promise<readonly object[]>;
  /**
   * Saves all changes of one table: deletes, updates, inserts, then deletes of rows that were inserted here. `known` are the keys whose rows
   * exist. An insert never overwrites.
   */
  save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void>;
  /** Assigns sequences and appends to the outbox. The rows of one ordering key keep their order. */
  append(rows: readonly OutboxRow[]): Promise<void>;
  scheduleEffects(rows: readonly EffectRow[]): Promise<void>;
  /** Ends claimed effects; returns the ids whose lease was still valid. */
  finishEffects(ends: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>>;
  /** Schedules timeouts and deletes cancelled ones. A cancelled timeout that is locked by another transaction stays; it fires once and is ignored. */
  scheduleTimeouts(rows: readonly TimeoutRow[], cancelled?: readonly string[]): Promise<void>;
  /** Deletes timeouts; returns the ids that still existed. */
  takeTimeouts(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Adds dead letters behind the first one of their key, or, with a reason, as the first one. Idempotent by message. */
  addDeadLetters(messages: readonly DeadLetter[], reason: DeadLetterReason | null): Promise<void>;
  /** The next dead letter of a key in redrive. Null when none is left; the key is then unblocked. */
  nextRedriven(consumer: string, orderingKey: string): Promise<DeadLetter | null>;
}

/** The leadership over the outbox of one database. Every call rejects once the session is lost. */
export interface RelaySession {
  /** Fencing token: rises with every leader, so that a former leader can mark nothing. */
  readonly epoch: bigint;
  /** The oldest unpublished rows, without those of blocked keys. */
  take(limit: number): Promise<readonly UnpublishedRow[]>;
  /** Archives published rows, advances the published offsets, starts the timeouts that wait for these rows, and schedules their publication effects. */
  mark(published: readonly PublishedRow[]): Promise<void>;
  /** The partition counts of these topics. A topic that is not known yet gets its declared count. */
  partitionCounts(declared: readonly Topic[]): Promise<readonly PartitionCount[]>;
  /** From the next record on, keys are published with this count. False where no such increase is in progress or another instance leads. */
  increasePartitions(count: Omit<PartitionCount, 'increasingTo'>): Promise<boolean>;
  /** Blocks the key of a row that the broker rejects: neither this row nor a later one of the key is taken. */
  block(row: UnpublishedRow, reason: string): Promise<void>;
  /** Calls back when another instance has appended rows. */
  onNotify(call: () => void): void;
  close(): Promise<void>;
}

/** Appends to the outbox in a transaction that the caller owns, through any PostgreSQL client. */
export type OutboxAppender = (
  query: (text: string, values: readonly unknown[]) => Promise<unknown>,
  rows: readonly OutboxRow[],
) => Promise<void>;

/**
 * Runs `work` in a transaction that the caller owns through `manager`, a TypeORM EntityManager. Resolves when everything that the work wrote
 * is answered; the caller commits.
 */
export type CallerTransaction = (manager: unknown, work: (transaction: Transaction) => Promise<void>) => Promise<void>;

/** What the library keeps in a database. Rejects with StoreUnavailable when the database is unavailable for now. */
export interface Store extends RetentionStore, ConsumerState, TakeoverStore, StoreReadings {
  /**
   * Runs `work` in one transaction. Rejects with OutcomeUnknown when it may have been committed; after any other rejection nothing
   * of it is kept. Rejects with UniqueConflict or StatementTimeout where these are the cause.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Settings of the connections that the library cannot work with; each text says what to change. */
  unsuitableSettings(): Promise<readonly string[]>;
  /** Compares declared tables with the database: key, columns, types, indexes. */
  compareTables(declared: readonly DeclaredTable[]): Promise<TableFindings>;
  /** Becomes the leader of this database's relays; undefined where another instance leads. */
  lead(): Promise<RelaySession | undefined>;
  /** Notifies the leader in another process of new rows. Never inside a transaction. */
  notify(): Promise<void>;
  /** The partition counts of all topics that were published to. Other topics have their declared count. */
  partitionCounts(): Promise<readonly PartitionCount[]>;
  /** For each partition that was published to, the offset after the last published record. */
  publishedEnds(): Promise<readonly PartitionOffset[]>;
  /** Generated numbers of the library's tables that would be given a second time: a restore forgot them. */
  reusedIdentities(): Promise<readonly ReusedIdentity[]>;
  /** The ids of those records that this database neither published nor is about to publish. */
  notPublishedHere(records: readonly OwnRecord[]): Promise<ReadonlySet<string>>;
  /** The ids of those messages that the consumer neither handled nor dead-lettered. */
  notHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  outboxLag(): Promise<{ readonly rows: number; readonly seconds: number; readonly blocked: number }>;
  /** Leases due effects, only the oldest of each key. The lease is measured by the database's clock. */
  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMs: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]>;
  renewEffects(ids: readonly string[], token: string, leaseMs: number): Promise<void>;
  /** Scheduled effects without a result, and the age of the oldest. */
  pendingEffects(): Promise<{ readonly pending: number; readonly seconds: number }>;
  retryEffect(id: string, token: string, inMs: number, error: string): Promise<void>;
  /** Ends the attempts of an effect. It stays pending, so the later ones of its key wait, until an operator redrives or discards it. */
  deadLetterEffect(id: string, token: string, error: string): Promise<void>;
  /** Due timeouts, the oldest first, without the first `skip` of them. */
  dueTimeouts(limit: number, skip?: number): Promise<readonly DueTimeout[]>;
  postponeTimeouts(ids: readonly string[], byMs: number): Promise<void>;
  /** Those of these keys that are blocked for the consumer, on any topic. */
  blockedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Starts the redrive of a blocked key; its consumer does the rest. False when the key is not blocked. */
  redrive(consumer: string, orderingKey: string): Promise<boolean>;
  redrivenKeys(consumer: string): Promise<readonly string[]>;
  deadLetterCount(): Promise<number>;
  /** Running sagas that are stuck. */
  stuckSagas(): Promise<number>;
  /** Counts an attempt before it is made; returns the number of attempts. */
  countAttempt(consumer: string, messageId: string): Promise<number>;
  /** Records the offset at which a consumer starts on a partition; returns how many starts in a row were at most `reach` records after the first of them. */
  countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number>;
  /** How many processes may have crashed over each of these messages: those that counted a crash and did not clear it. Without those that have none. */
  crashes(consumer: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Counts a crash for each of these messages before they are handled. */
  countCrashes(consumer: string, messageIds: readonly string[]): Promise<void>;
  /** Clears the crashes of these messages, because the process survived them. */
  clearCrashes(consumer: string, messageIds: readonly string[]): Promise<void>;
  /** Clears the starts on partitions of a process that stops in an orderly way. */
  clearStarts(consumer: string, partitions: readonly TopicPartition[]): Promise<void>;
}
