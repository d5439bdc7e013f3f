/** A call that a process makes to the outside: to a database, to the broker, to whatever `SimulatedProcess.call` reaches. */
export interface Call {
  /** The name of the process, and which of its lives it is, from 1. */
  readonly process: string;
  readonly life: number;
  /** Who is called: the name of a database or of a broker. */
  readonly peer: string;
  /** What is asked: `begin`, `mark`, `commit`, `publish` … */
  readonly operation: string;
  /** How many calls of this operation this life has made to this peer, this one included. */
  readonly count: number;
}

/**
 * What becomes of a call. `fail-before`: nothing happens at the other end. `fail-after`: it happens, and the answer is lost.
 * `fail-partly`: of several things in one call some happen, and the answer is lost. `fail-meanwhile`: the caller hears of a failure,
 * and it happens later all the same. `crash-before` and `crash-after` end the caller's life. A failed call ends its connection.
 */
export type Fate =
  | 'proceed'
  | 'fail-before'
  | 'fail-after'
  | 'fail-partly'
  | 'fail-meanwhile'
  | 'crash-before'
  | 'crash-after'
  | { readonly delay: number };

export type FateOf = (call: Call) => Fate;
