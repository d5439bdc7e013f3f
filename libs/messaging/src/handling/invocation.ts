import type { Context } from '@opentelemetry/api';
import type { Rejection } from '@tradewind/kernel';
import type { Idempotency, InboxPlace, TraceContext } from '../ports/index.js';
import type { Decision } from './decision.js';
import type { Loads } from './handler-context.js';

/** One thing to decide: a message, a command, a due timeout or the result of an effect. */
export interface Invocation {
  /** The id of the message, command, timeout or effect: the cause of what the decision publishes. */
  readonly cause: string;
  /** Invocations with the same ordering key are decided one after another, in the given order. */
  readonly orderingKey: string;
  /** Of a message: the consumer in whose inbox it is marked. */
  readonly consumer?: string;
  /** Of a message: where it was read. */
  readonly place?: InboxPlace | undefined;
  /** A dead letter in redrive: it is handled although its key is blocked. */
  readonly redriven?: boolean;
  /** Of a dead letter: the id under which it was written, where `cause` is another one now. */
  readonly deadLetterId?: string;
  readonly idempotency?: Idempotency;
  /** Ends this effect in the same transaction, if its lease is still valid. */
  readonly effect?: { readonly id: string; readonly token: string };
  /** Deletes this timeout in the same transaction, if it still exists. */
  readonly timeout?: string;
  /** Whether `decide` writes by itself, with `manager` of its context. Shares no transaction with invocations that do not. */
  readonly transactional?: boolean;
  readonly load: Loads<unknown>;
  readonly input: unknown;
  readonly correlation?: string | undefined;
  /** Of a message: its topic. */
  readonly topic?: string;
  /** The type of the message, or the name of the command, effect or saga. */
  readonly name?: string;
  /** The trace that it continues: as it came with the message, effect or timeout … */
  readonly trace?: TraceContext | null | undefined;
  /** … or the one that is active in this process. */
  readonly context?: Context | undefined;
  /** It comes late, as a timeout, a redrive or a replay: its trace is a new one, with a link to `trace`. */
  readonly startsTrace?: boolean;
  readonly sequence?: bigint;
  /** Of a foreign message: the id that its publisher gave it. */
  readonly originalId?: string;
  readonly decide: (context: object) => Decision<unknown> | Rejection | Promise<Decision<unknown> | Rejection>;
}

export type Outcome =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** Handled before: the inbox has a mark, or the timeout or the lease no longer exists. */
  | { readonly kind: 'duplicate' }
  /** A dead letter blocks its ordering key for this consumer. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'replayed'; readonly answer: unknown }
  | { readonly kind: 'mismatch' }
  /** The decision threw, or its save failed when it ran alone. Nothing of it is kept. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Not begun: an earlier one of its ordering key failed, or the batch was full. */
  | { readonly kind: 'deferred' }
  /** Nothing is kept, because the database was unavailable. With an OutcomeUnknown it may have been done. */
  | { readonly kind: 'transient'; readonly error: unknown };

export type Outcomes = Map<Invocation, Outcome>;

/** The outcome of an invocation that was run. */
export function outcomeOf(outcomes: ReadonlyMap<Invocation, Outcome>, invocation: Invocation): Outcome {
  const outcome = outcomes.get(invocation);
  if (!outcome) throw new Error(`no outcome of ${invocation.cause}`);
  return outcome;
}
