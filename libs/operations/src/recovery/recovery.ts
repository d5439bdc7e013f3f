import type { Idempotency, OutgoingMessage } from '@tradewind/messaging';
import type {
  AnyTable,
  EffectRow,
  Envelope,
  SagaHistoryRow,
  SagaRow,
  TimeoutRow,
} from '@tradewind/messaging/internals';

export type { EffectRow };

/** A message on a topic; a message that was published twice comes once. */
export interface Published {
  readonly message: object;
  readonly envelope: Envelope;
  /** When it was put into the outbox. */
  readonly at: Date;
}

/** The messages on the topics that the service consumes, by id. */
export type Consumed = Pick<ReadonlyMap<string, object>, 'get'>;

/** Rows of the tables that no message describes, by table, as PostgreSQL writes them as JSON. */
export type BackupRows = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

/** A saga instance that follows from messages. */
export interface RecoveredSaga {
  readonly saga: SagaRow;
  readonly history: readonly SagaHistoryRow[];
  readonly timeouts: readonly RecoveredTimeout[];
}
/** `dueAt` is undefined if the command that starts the timeout is not published yet. */
export type RecoveredTimeout = TimeoutRow & { readonly dueAt: Date | undefined };

/** A request that was handled once for its idempotency key, with its answer. */
export interface AnsweredRequest {
  readonly claim: Idempotency;
  readonly at: Date;
  readonly answer: unknown;
}

/**
 * How a service's database is recovered: pure functions of the messages that it has published. All messages of one key are adjacent
 * and in order, over all topics; they are read again at each iteration, so a function that keeps none needs no memory. What follows
 * from consumed messages alone is left out: these are handled again after the recovery.
 */
export interface Recovery {
  /** Business rows, with the tables in an order in which they can be inserted. Throws RangeError on a message that does not follow from the messages before it. */
  rows(published: Iterable<Published>, backup: BackupRows): readonly (readonly [AnyTable, Iterable<object>])[];
  /** Requests with an idempotency key, of which the messages carry hashes: a repeated request gets the same answer. */
  answers?(published: Iterable<Published>): Iterable<AnsweredRequest>;
  sagas?(published: Iterable<Published>, consumed: Consumed): Iterable<RecoveredSaga>;
  /** Effects without a result. */
  pendingEffects?(published: Iterable<Published>): Iterable<EffectRow>;
  /** Tables that no message describes, in an order in which they can be inserted: they come from a backup. */
  readonly backup?: readonly string[];
  /** Says which rows of a backup must not come back, because of messages that are younger than it: a key of someone who was forgotten since. */
  obsolete?(published: Iterable<Published>): (table: string, row: Readonly<Record<string, unknown>>) => boolean;
  /** The last message of each key on the compacted topics, tombstones too, made from the rows of these tables: no archive has them if Kafka is lost. */
  readonly compacted?: {
    readonly tables: readonly string[];
    readonly messages: (rows: BackupRows) => Iterable<OutgoingMessage>;
  };
}
