/** The current time. Decisions receive the time as an argument; only runners hold a clock. */
export interface Clock {
  now(): Date;
}

/** Timers in memory. They only make something happen sooner: what must happen is a row in the database. */
export interface Timers {
  /** Calls back once after that many milliseconds, unless cancelled. */
  after(milliseconds: number, call: () => void): Cancel;
  /** Resolves after that many milliseconds, or at once when the signal aborts. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Cancels a timer. Without effect once it has fired. */
export type Cancel = () => void;

/** A source of randomness; a test replays it from a seed. */
export interface Randomness {
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}
