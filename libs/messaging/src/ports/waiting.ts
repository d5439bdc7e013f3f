import type { Timers } from '@tradewind/kernel';
import type { RuntimePorts } from './runtime-ports.js';

/** The result of the promise, or `late` after the timeout. The work is not cancelled; its later result is ignored. */
export async function withTimeout<T, L>(timers: Timers, timeoutMs: number, work: Promise<T>, late: L): Promise<T | L> {
  const done = new AbortController();
  try {
    return await Promise.race([work, timers.wait(timeoutMs, done.signal).then(() => late)]);
  } finally {
    done.abort();
  }
}

/** The result of the promise. Throws Aborted when the signal is aborted first; the work is not cancelled, its later result is ignored. */
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

/** The caller stopped waiting. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** Back-off in whole milliseconds: doubles from `firstMs` to `maxMs`, with jitter over the upper half. */
export const backOff = (
  { randomness }: Pick<RuntimePorts, 'randomness'>,
  attempt: number,
  firstMs: number,
  maxMs: number,
): number => Math.round(Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.5 + randomness.fraction() / 2));
