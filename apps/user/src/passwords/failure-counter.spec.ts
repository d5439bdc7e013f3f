import { describe, expect, it } from '@jest/globals';
import { FailureCounter } from './failure-counter.js';

const policy = { freeAttempts: 1, initialDelayMs: 1_000, maxDelayMs: 60_000 };
const withFailures = (count: number, capacity?: number): FailureCounter => {
  const counter = new FailureCounter(policy, capacity);
  for (let failure = 0; failure < count; failure++) counter.add('a', 0);
  return counter;
};

describe('a key with failures', () => {
  it('is delayed beyond the free attempts', () =>
    expect([1, 2, 3].map((count) => withFailures(count).remainingDelay('a', 0))).toEqual([0, 1_000, 2_000]));
  it('does not delay another key', () => expect(withFailures(3).remainingDelay('b', 0)).toBe(0));
  it('is delayed less after one is subtracted', () => {
    const counter = withFailures(3);
    counter.subtract('a');
    expect(counter.remainingDelay('a', 0)).toBe(1_000);
  });
  it('is not delayed after it was cleared', () => {
    const counter = withFailures(3);
    counter.clear('a');
    expect(counter.remainingDelay('a', 0)).toBe(0);
  });
});

describe('a full counter', () => {
  it('removes the key with the oldest failure', () => {
    const counter = withFailures(2, 1);
    counter.add('b', 0);
    expect(counter.remainingDelay('a', 0)).toBe(0);
  });
});
