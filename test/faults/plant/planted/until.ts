import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is something, and gives it; throws with what was waited for when that takes too long. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  milliseconds = 60_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`${what}: not within ${milliseconds / 1_000} s`);
    await pause(50);
  }
}
