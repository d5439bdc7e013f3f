import { setTimeout as delay } from 'node:timers/promises';

type Falsy = false | 0 | '' | null | undefined;

/** Reads until the value is truthy, and returns it. An error counts as "not yet". Throws after the timeout, with what was waited for and the last value or error. */
export async function pollUntil<T>(
  what: string,
  read: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + timeoutMs;
  for (let last: unknown; ;) {
    try {
      const value = await read();
      if (value) return value as Exclude<T, Falsy>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`timeout after ${timeoutMs / 1_000} s: ${what}; last value: ${String(last)}`);
    await delay(50);
  }
}
