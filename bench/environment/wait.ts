import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two checks. */
const interval = 50;

/** Resolves when the condition holds. Rejects after the timeout, and when the condition throws. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`timed out after ${timeoutMs / 1_000} s: ${what}`);
    await pause(interval);
  }
}
