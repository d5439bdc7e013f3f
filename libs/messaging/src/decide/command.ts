import type { Refusal } from '@tradewind/kernel';
import type { Decision } from './decision.js';
import type { Given, Loads } from './load.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the input's type is inferred from `decide`, after the loads
export type AnyLoads = Loads<any>;

/**
 * A command from the edge (HTTP, an operator): decided on the same path as messages, so that concurrent ones share a
 * transaction. `decide` is pure and may run again after a failed save. A refusal touches nothing and keeps no idempotency key.
 */
export interface Command<I, R, L extends AnyLoads = AnyLoads> {
  readonly name: string;
  readonly load: L;
  readonly decide: (input: I, given: Given<L>) => Decision<R> | Refusal;
}

export const command = <I, R, L extends AnyLoads>(
  name: string,
  load: L,
  decide: (input: I, given: Given<L>) => Decision<R> | Refusal,
): Command<I, R, L> => ({ name, load, decide });

/** Who wants what done once. The same key with another body is an IdempotencyMismatch. */
export interface Idempotency {
  /** The user's id. */
  readonly scope: string;
  /** `POST /cart/checkout` */
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string;
}

/** Runs commands from the edge. */
export interface Commands {
  /**
   * Resolves after the commit. Rejects with UniqueConflict, with Unavailable (database away: nothing was done), with OutcomeUnknown
   * (it may have been done), or with what `decide` threw. Waits 8 s at most.
   */
  run<I, R, L extends AnyLoads>(command: Command<I, R, L>, input: I): Promise<R | Refusal>;
  /** As `run`, at most once a key: a second call waits for the first and gets its answer, `replayed`. Rejects with IdempotencyMismatch, or IdempotencyBusy after 5 s. */
  once<I, R, L extends AnyLoads>(
    command: Command<I, R, L>,
    input: I,
    idempotency: Idempotency,
  ): Promise<{ answer: R | Refusal; replayed: boolean }>;
}

/** Injection token and type of the command runner. */
export const Commands = Symbol('Commands');
