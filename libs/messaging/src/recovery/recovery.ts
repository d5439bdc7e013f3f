import type { Said } from '@tradewind/saga';
import type { AnyTable, Idempotency } from '../decide/index.js';
import type { Envelope } from '../outbox/envelope.js';
import type { SagaJournalRow, SagaRow } from '../sagas/saga-tables.js';
import type { EffectRow, TimerRow } from '../store/store.js';

/** A message that lies on a topic, once, whatever was published twice. */
export interface Told {
  readonly message: object;
  readonly envelope: Envelope;
  /** When it was said. */
  readonly at: Date;
}

/** The rows of the tables that are in no event, by table, as the database writes them as JSON. */
export type Kept = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

export interface RecoveredSaga {
  readonly saga: SagaRow;
  readonly journal: readonly SagaJournalRow[];
  /** With the time at which each falls due, where its command is on the topic. */
  readonly timers: readonly RecoveredTimer[];
}
export type RecoveredTimer = TimerRow & { readonly dueAt: Date | undefined };

/** What was heard on the topics that the service consumes, by message id. */
export type Heard = Pick<ReadonlyMap<string, object>, 'get'>;

/** A request that was done once for its idempotency key, and what it was answered. */
export interface AnsweredRequest {
  readonly claim: Idempotency;
  readonly at: Date;
  readonly answer: unknown;
}

/**
 * What a service's database is brought back from: pure functions of what it has said on its own topics. All messages of one key come
 * together and in their order, be they on several topics; they are read anew each time, so whoever keeps none of them needs no memory.
 * Everything that follows from others' messages alone is left out: they are handled again afterwards.
 */
export interface Recovery {
  /** Business rows, in an order of tables in which they can be inserted. Throws a RangeError on what does not follow from what was said before. */
  rows(told: Iterable<Told>, kept: Kept): readonly (readonly [AnyTable, Iterable<object>])[];
  /** Requests with an idempotency key, of which what was said carries hashes: sent once more, each is answered as it was. */
  answers?(told: Iterable<Told>): Iterable<AnsweredRequest>;
  sagas?(told: Iterable<Told>, heard: Heard): Iterable<RecoveredSaga>;
  /** Effects that are wished and not settled. */
  openEffects?(told: Iterable<Told>): Iterable<EffectRow>;
  /** Tables that are in no event, in an order in which they can be inserted: they come from a backup. */
  readonly backup?: readonly string[];
  /** The last word of each key on the service's compacted topics, tombstones too, from rows of these tables: no archive has them when Kafka is lost. */
  readonly compacted?: { readonly tables: readonly string[]; readonly words: (rows: Kept) => Iterable<Said> };
}
