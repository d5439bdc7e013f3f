import { setTimeout as pause } from 'node:timers/promises';
import { lastLines } from '../process/launch.js';
import type { Instance } from './shop.js';

export interface ReadinessTarget {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** How often the supervisor has restarted it. */
  restarts(): number;
}

/** After so many restarts it is considered unable to start. */
const maxRestarts = 3;

/** Waits until a URL answers with status 200. The error contains the last lines of the log. */
export async function untilReady(target: ReadinessTarget, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const before = target.restarts();
  let last = 'no answer';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const response = await fetch(target.url, { signal: AbortSignal.timeout(2_000) });
      const body = await response.text();
      if (response.ok) return;
      last = `${response.status} ${body.slice(0, 300)}`;
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { message?: string } };
      last = cause?.message || message;
    }
    const ended = target.restarts() - before;
    if (ended >= maxRestarts)
      throw new Error(
        `${target.name} ended ${ended} times instead of starting; its last log lines (${target.logFile}):\n${lastLines(target.logFile)}`,
      );
    if (Date.now() > deadline) {
      throw new Error(
        `${target.name} was not ready within ${timeoutMs / 1000} s (${target.url}: ${last}); its last log lines (${target.logFile}):\n${lastLines(target.logFile)}`,
      );
    }
    await pause(50);
  }
}

/** Waits until an instance answers on a path with status 200. */
export const untilInstanceReady = (
  { name, url, logFile, supervisor }: Instance,
  timeoutMs: number,
  signal?: AbortSignal,
  path = '/readyz',
): Promise<void> =>
  untilReady({ name, url: `${url}${path}`, logFile, restarts: () => supervisor.restarts }, timeoutMs, signal);
