import type { Clock, Randomness, Timers } from '@tradewind/kernel';

/** Clock, timers and randomness: what the library needs besides the broker and the database. */
export interface RuntimePorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomness: Randomness;
}

/** Where the library logs. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, detail?: object) => void;
