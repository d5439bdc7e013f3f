import type { Rejection } from '@tradewind/kernel';
import type { Idempotency } from '../ports/index.js';
import type { Decision } from './decision.js';
import type { HandlerContext, Loads } from './handler-context.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the type of the input is inferred from `decide`, after the loads
export type AnyLoads = Loads<any>;

/**
 * A command from HTTP or an operator. Decided like a message, so that concurrent commands share a transaction. `decide` is
 * pure and may run again after a failed save. A rejection changes nothing and keeps no idempotency key.
 */
export interface Command<I, R, L extends AnyLoads = AnyLoads> {
  readonly name: string;
  readonly load: L;
  readonly decide: (input: I, context: HandlerContext<L>) => Decision<R> | Rejection;
}

export const command = <I, R, L extends AnyLoads>(
  name: string,
  load: L,
  decide: (input: I, context: HandlerContext<L>) => Decision<R> | Rejection,
): Command<I, R, L> => ({ name, load, decide });

/** Runs commands. */
export interface Commands {
  /**
   * Resolves after the commit, after 8 s at most. Rejects with UniqueConflict, with Unavailable (nothing was done), with
   * OutcomeUnknown (it may have been done), or with what `decide` threw.
   */
  run<I, R, L extends AnyLoads>(command: Command<I, R, L>, input: I): Promise<R | Rejection>;
  /**
   * Like `run`, at most once a key: a second call waits for the first and gets its answer, `replayed`. Rejects with
   * IdempotencyMismatch when the body differs, and with IdempotencyBusy after 5 s.
   */
  once<I, R, L extends AnyLoads>(
    command: Command<I, R, L>,
    input: I,
    idempotency: Idempotency,
  ): Promise<{ answer: R | Rejection; replayed: boolean }>;
}

/** Injection token and type of the command runner. */
export const Commands = Symbol('Commands');
