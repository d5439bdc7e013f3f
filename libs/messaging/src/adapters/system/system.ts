import { randomFillSync } from 'node:crypto';
import type { Clock, Randomness, Timers } from '@tradewind/kernel';
import type { RuntimePorts } from '../../ports/runtime-ports.js';

/** The machine's clock, randomness and timers: the only code of the library that touches them. */
export const systemClock: Clock = { now: () => new Date() };

/** Random bytes are drawn from the system in blocks: one call costs as much as a thousand bytes. */
const pool = Buffer.alloc(8_192);
let used = pool.length;

function randomBytes(count: number): Buffer {
  if (count > pool.length) return randomFillSync(Buffer.alloc(count));
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return Buffer.from(pool.subarray(used, (used += count)));
}

/** Random numbers of the operating system. */
export const systemRandomness: Randomness = {
  bytes: randomBytes,
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

/** Node's timers. */
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

/** Clock, timers and random numbers of this machine. */
export const systemPorts: RuntimePorts = { clock: systemClock, timers: systemTimers, randomness: systemRandomness };
