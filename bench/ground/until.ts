import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two looks. */
const interval = 50;

/** Waits until something is so; what the look throws ends it, and so does the deadline. */
export async function until(what: string, look: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`after ${withinMs / 1_000} s it is still not so that ${what}`);
    await pause(interval);
  }
}
