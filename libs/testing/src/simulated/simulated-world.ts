import type { World } from '@tradewind/messaging';
import type { SimulatedProcess } from './simulated-process.js';

/** The ports of clock, timers and chance, on the simulation's clock and the life's own row of random numbers. */
export function simulatedWorld(life: SimulatedProcess): World {
  const ahead = life.options.clockAhead ?? 0;
  const after = (milliseconds: number, call: () => void): (() => void) =>
    life.alive ? life.deliver(Math.max(1, Math.round(milliseconds * 1_000)), 'timer', call) : () => undefined;
  return {
    clock: { now: () => new Date(life.simulation.now + ahead) },
    randomness: life.chance,
    timers: {
      after,
      wait: (milliseconds, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const end = (): void => {
            cancel();
            signal?.removeEventListener('abort', end);
            resolve();
          };
          const cancel = after(milliseconds, end);
          signal?.addEventListener('abort', end, { once: true });
        }),
    },
  };
}
