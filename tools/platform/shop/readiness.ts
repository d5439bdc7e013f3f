import { setTimeout as pause } from 'node:timers/promises';
import { lastLines } from '../process/launch.js';
import type { Instance } from './shop.js';

export interface Awaited {
  readonly name: string;
  readonly url: string;
  readonly log: string;
  /** How often it has ended and was started again. */
  restarts(): number;
}

/** It ends again and again instead of starting. */
const tooManyRestarts = 3;

/** Waits until an address answers 200; the error quotes the last words of whoever should have answered. */
export async function untilReady(awaited: Awaited, withinMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + withinMs;
  const before = awaited.restarts();
  let last = 'no answer';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const answer = await fetch(awaited.url, { signal: AbortSignal.timeout(2_000) });
      const body = await answer.text();
      if (answer.ok) return;
      last = `${answer.status} ${body.slice(0, 300)}`;
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { message?: string } };
      last = cause?.message || message;
    }
    const ended = awaited.restarts() - before;
    if (ended >= tooManyRestarts)
      throw new Error(
        `${awaited.name} ended ${ended} times instead of starting; its last words (${awaited.log}):\n${lastLines(awaited.log)}`,
      );
    if (Date.now() > deadline) {
      throw new Error(
        `${awaited.name} was not ready within ${withinMs / 1000} s (${awaited.url}: ${last}); its last words (${awaited.log}):\n${lastLines(awaited.log)}`,
      );
    }
    await pause(50);
  }
}

/** Waits until an instance answers at a path of its own, `/readyz` where none is said. */
export const instanceReady = (
  { name, url, log, keeper }: Instance,
  withinMs: number,
  signal?: AbortSignal,
  path = '/readyz',
): Promise<void> => untilReady({ name, url: `${url}${path}`, log, restarts: () => keeper.restarts }, withinMs, signal);
