import { uuidv7, type Clock, type Randomness, type Timers } from '@tradewind/kernel';

/** Clock, timers and randomness: what the library needs besides the broker and the database. */
export interface RuntimePorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomness: Randomness;
}

export const newId = ({ clock, randomness }: RuntimePorts): string =>
  uuidv7(clock.now().getTime(), randomness.bytes(10));

export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;
