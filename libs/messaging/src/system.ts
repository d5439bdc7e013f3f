import { randomFillSync } from 'node:crypto';
import { uuidv7, type Clock, type Randomness, type Timers } from '@tradewind/kernel';

/** The machine's own clock, chance and timers: the adapters of the ports, and the only place that touches them. */
export const systemClock: Clock = { now: () => new Date() };

/** The machine is asked for so many random bytes at once: a question costs as much as a thousand of them. */
const drawn = Buffer.alloc(8_192);
let used = drawn.length;

/** Bytes that nobody has had before. */
function draw(count: number): Buffer {
  if (count > drawn.length) return randomFillSync(Buffer.alloc(count));
  if (used + count > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  return Buffer.from(drawn.subarray(used, (used += count)));
}

export const systemRandomness: Randomness = {
  bytes: draw,
  fraction: () => draw(6).readUIntBE(0, 6) / 2 ** 48,
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

/** What the work gives, or `late` where it takes longer. The work itself goes on; how it ends then, nobody hears. */
export async function within<T, L>(timers: Timers, milliseconds: number, work: Promise<T>, late: L): Promise<T | L> {
  const over = new AbortController();
  try {
    return await Promise.race([work, timers.wait(milliseconds, over.signal).then(() => late)]);
  } finally {
    over.abort();
  }
}

/** What the work gives, unless the signal is aborted first: then `Aborted` is thrown, and how the work ends nobody hears. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new Aborted());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Whoever waited does not want to know any more. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** Back-off in whole milliseconds: doubling from `first` to `most`, with full jitter above half. */
export const backOff = (
  { randomness }: Pick<World, 'randomness'>,
  attempt: number,
  first: number,
  most: number,
): number => Math.round(Math.min(most, first * 2 ** Math.min(attempt, 30)) * (0.5 + randomness.fraction() / 2));
