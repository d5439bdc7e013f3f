import { randomBytes } from 'node:crypto';
import { uuidv7, type Clock, type Randomness, type Timers } from '@tradewind/kernel';

/** The machine's own clock, chance and timers: the adapters of the ports, and the only place that touches them. */
export const systemClock: Clock = { now: () => new Date() };

export const systemRandomness: Randomness = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

export const systemTimers: Timers = {
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end, { once: true });
    }),
};

/** What every part of the library needs of the world besides broker and database. */
export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomness: Randomness;
}

export const systemWorld: World = { clock: systemClock, timers: systemTimers, randomness: systemRandomness };

export const newId = ({ clock, randomness }: World): string => uuidv7(clock.now().getTime(), randomness.bytes(10));

/** Back-off in whole milliseconds: doubling from `first` to `most`, with full jitter above half. */
export const backOff = ({ randomness }: Pick<World, 'randomness'>, attempt: number, first: number, most: number): number =>
  Math.round(Math.min(most, first * 2 ** Math.min(attempt, 30)) * (0.5 + randomness.fraction() / 2));
