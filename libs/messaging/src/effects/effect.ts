import type { Decision, HandlerContext, Loads } from '../handling/index.js';

/**
 * A call to an external system, or anything slow. Scheduled by a decision (`schedule`), stored as a row, run by a worker under a
 * lease, one at a time a key, many keys at once. It may run more than once (after a crash or a lost answer), so the call must
 * carry an idempotency key of its own. `settle` decides what the result means, once, in the transaction that ends the row.
 */
export interface Effect<P extends object, R, L extends Loads<P> = Record<never, never>> {
  readonly name: string;
  readonly load?: L;
  /** After so many failed calls the effect is a dead letter: it and the later ones of its key wait for an operator. Default: never. */
  readonly maxAttempts?: number;
  /** The longest time between two calls, in milliseconds. Default 15,000. */
  readonly maxBackOffMs?: number;
  /** An error is retried with back-off, up to `maxAttempts`. `number` counts attempts from 1. The signal aborts when the process stops. */
  run(payload: P, attempt: { readonly number: number; readonly signal: AbortSignal }): Promise<R>;
  settle(payload: P, result: R, context: HandlerContext<L>): Decision;
}

/** An effect whose payload, result and loads are erased. */
export interface AnyEffect {
  readonly name: string;
  readonly load?: object;
  readonly maxAttempts?: number;
  readonly maxBackOffMs?: number;
  run(payload: never, attempt: { readonly number: number; readonly signal: AbortSignal }): Promise<unknown>;
  settle(payload: never, result: never, context: never): Decision;
}
