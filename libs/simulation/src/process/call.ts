/** A call of a process to a peer: a database, the broker, or any other peer of `SimulatedProcess.call`. */
export interface Call {
  /** Name of the process, and how often a process of this name has been started, from 1. */
  readonly process: string;
  readonly startCount: number;
  /** Name of the database, the broker or the other peer. */
  readonly peer: string;
  /** `begin`, `mark`, `commit`, `publish` … */
  readonly operation: string;
  /** Number of calls of this operation by this process to this peer, including this one. */
  readonly count: number;
}

/**
 * The outcome of a call. A failed call closes its connection.
 * - `fail-before`: the peer never gets it.
 * - `fail-after`: the peer does it, and the response is lost.
 * - `fail-partially`: the peer does a part of it, and the response is lost.
 * - `fail-then-apply`: the caller gets an error, and the peer does it later.
 * - `crash-before`, `crash-after`: the calling process crashes.
 */
export type CallOutcome =
  | 'proceed'
  | 'fail-before'
  | 'fail-after'
  | 'fail-partially'
  | 'fail-then-apply'
  | 'crash-before'
  | 'crash-after'
  | { readonly delayMs: number };

/** Decides the outcome of a call. */
export type OutcomeOf = (call: Call) => CallOutcome;

/** A request to a peer. */
export interface CallRequest<T> {
  readonly peer: string;
  readonly operation: string;
  /** What the peer does. An error that it throws is the response. */
  readonly apply: () => T | Promise<T>;
  /** A part of it, for requests that consist of several independent parts. */
  readonly applyPart?: () => T;
  /** Creates the error that the caller gets when the connection fails. */
  readonly connectionError: (reason: string) => Error;
  /** Called when the connection is closed for the peer too: after everything in transit has arrived. */
  readonly onDisconnect?: () => void;
}
