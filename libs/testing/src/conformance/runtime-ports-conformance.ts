import { describe, expect, it } from '@jest/globals';
import type { RuntimePorts } from '@tradewind/messaging/internals';

/** The contract of the clock, timer and randomness ports. */
export function runtimePortsConformance(name: string, { clock, timers, randomness }: RuntimePorts): void {
  describe(`${name} as runtime ports`, () => {
    it('has a clock that never goes back', () => {
      const times = Array.from({ length: 1_000 }, () => clock.now().getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    it('calls timers back once, not early, in order of time', async () => {
      const calls: string[] = [];
      const before = clock.now().getTime();
      await new Promise<void>((resolve) => {
        timers.after(30, () => {
          calls.push('late');
          resolve();
        });
        timers.after(10, () => calls.push('early'));
      });
      expect(calls).toEqual(['early', 'late']);
      expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(29);
    });

    it('does not call a cancelled timer back', async () => {
      let called = false;
      timers.after(5, () => (called = true))();
      await timers.wait(20);
      expect(called).toBe(false);
    });

    it('ends a wait when its signal aborts before or during the wait', async () => {
      const abort = new AbortController();
      timers.after(5, () => abort.abort());
      await timers.wait(60_000, abort.signal);
      await timers.wait(60_000, abort.signal);
      expect(abort.signal.aborted).toBe(true);
    });

    it('returns the requested number of bytes, and fractions in [0, 1)', () => {
      expect(randomness.bytes(10)).toHaveLength(10);
      const fractions = Array.from({ length: 1_000 }, () => randomness.fraction());
      expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
      expect(new Set(fractions).size).toBeGreaterThan(990);
    });
  });
}
