import { setTimeout as pause } from 'node:timers/promises';

/** Acts at a rate, independent of how long the acts take. */
export async function atRate(perSecond: number, milliseconds: number, act: () => void): Promise<void> {
  const since = performance.now();
  for (let count = 0, passed = 0; passed < milliseconds; passed = performance.now() - since) {
    for (; count < (passed / 1_000) * perSecond; count++) act();
    await pause(1);
  }
}
