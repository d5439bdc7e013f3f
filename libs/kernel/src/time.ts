/** What time it is. Milliseconds since 1970, and as a Date. Decisions get the time handed in; only runners hold a clock. */
export interface Clock {
  now(): Date;
}

/** Waiting. A timer in memory only wakes somebody up early: what must happen is a row in the database. */
export interface Timers {
  /** Calls back once after that many milliseconds, unless cancelled. */
  after(milliseconds: number, call: () => void): Cancel;
  /** Resolves after that many milliseconds, or at once when the signal aborts. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export type Cancel = () => void;

/** Chance, so that it can be replayed from a seed. */
export interface Randomness {
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}
