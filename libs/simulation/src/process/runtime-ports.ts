import type { RuntimePorts } from '@tradewind/messaging/internals';
import type { SeededRandom } from '../engine/seeded-random.js';

/** What the ports need from their process. */
export interface PortsHost {
  readonly alive: boolean;
  readonly random: SeededRandom;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  deliver(microseconds: number, name: string, run: () => void): () => void;
}

/** The clock, timer and randomness ports of a process, on virtual time and the process's own random generator. */
export function simulatedRuntimePorts(host: PortsHost): RuntimePorts {
  const after = (milliseconds: number, call: () => void): (() => void) =>
    host.alive ? host.deliver(Math.max(1, Math.round(milliseconds * 1_000)), 'timer', call) : () => undefined;
  return {
    clock: { now: () => new Date(host.now()) },
    randomness: host.random,
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
