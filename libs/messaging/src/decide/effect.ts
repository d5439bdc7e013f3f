import type { Decision } from './decision.js';
import type { Given, Loads } from './load.js';

/**
 * A call to the outside, or anything slow. Wished by a decision (`perform`), kept as a row, run by a worker under a lease,
 * one at a time a key, many keys at once. It may run more than once (after a crash or a lost answer), so the call must carry
 * a key of its own that makes it single. `settle` decides what its result means, once, in one transaction with the row's end.
 */
export interface Effect<P extends object, R, L extends Loads<P> = Record<never, never>> {
  readonly name: string;
  readonly load?: L;
  /** Anything thrown is tried again with back-off, without end; the try's number starts at 1. Its signal is its own, and gives it up when the process ends. */
  run(payload: P, attempt: { readonly number: number; readonly signal: AbortSignal }): Promise<R>;
  settle(payload: P, result: R, given: Given<L>): Decision;
}
