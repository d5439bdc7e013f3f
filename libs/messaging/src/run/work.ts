import type { Refusal } from '@tradewind/kernel';
import type { Decision, Idempotency, Loads } from '../decide/index.js';

/** One thing to decide: a message, a command, a due timer, an effect's result. */
export interface Work {
  /** The message's, command's or effect's own id: the cause of whatever is said. */
  readonly cause: string;
  /** The unit of order: works of one lane are decided one after another, in the order given. */
  readonly lane: string;
  /** Set for messages: the inbox that they are marked in. */
  readonly consumer?: string;
  /** Set for a message that an operator has released: it passes its parked lane. */
  readonly released?: boolean;
  readonly claim?: Idempotency;
  /** Ends this effect in the same transaction, if its lease is still ours. */
  readonly effect?: { readonly id: string; readonly token: string };
  /** Takes this timer away in the same transaction, if it is still there. */
  readonly timer?: string;
  readonly load: Loads<unknown>;
  readonly input: unknown;
  readonly correlation?: string | undefined;
  readonly traceparent?: string | null;
  readonly sequence?: bigint;
  readonly decide: (given: object) => Decision<unknown> | Refusal | Promise<Decision<unknown> | Refusal>;
}

export type Outcome =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Handled before: by the inbox, or because its timer or lease is gone. */
  | { readonly kind: 'seen' }
  /** Its lane is parked for this consumer. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'replayed'; readonly answer: unknown }
  | { readonly kind: 'mismatch' }
  /** The decision threw, or its save was refused when it was tried alone. Nothing of it is kept. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Untouched: one before it in its lane has failed, or the batch was full. */
  | { readonly kind: 'behind' }
  /** Untouched: the database was away. With an OutcomeUnknown it may have been done. */
  | { readonly kind: 'transient'; readonly error: unknown };

export type Outcomes = Map<Work, Outcome>;
