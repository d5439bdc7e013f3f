import { describe, expect, it } from '@jest/globals';
import { withFailure, remainingDelay, type Failures } from './login-failures.js';

const policy = { freeAttempts: 3, initialDelayMs: 1_000, maxDelayMs: 60_000 };
const afterFailures = (count: number, now = 0): Failures | undefined => {
  let failures: Failures | undefined;
  for (let failure = 0; failure < count; failure++) failures = withFailure(failures, now);
  return failures;
};

describe('a few failed log-ins', () => {
  it.each([0, 1, 3])('cause no delay: %d failures', (count) =>
    expect(remainingDelay(afterFailures(count), policy, 0)).toBe(0),
  );
});

describe('many failed log-ins', () => {
  it.each([
    [4, 1_000],
    [5, 2_000],
    [8, 16_000],
    [10, 60_000],
    [10_000, 60_000],
  ])('cause growing delays: after %d failures %d ms', (count, delay) =>
    expect(remainingDelay(afterFailures(count), policy, 0)).toBe(delay),
  );
  it('cause only the remaining delay', () => expect(remainingDelay(afterFailures(4), policy, 400)).toBe(600));
  it('are not counted after 15 minutes without a failure', () =>
    expect(withFailure(afterFailures(50), 900_000).count).toBe(1));
});
