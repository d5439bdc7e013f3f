import { describe, expect, it } from '@jest/globals';
import { failedAgain, waitAfter, type Failures } from './attempts.js';

const leniency = { free: 3, first: 1_000, longest: 60_000 };
const afterFailures = (count: number, now = 0): Failures | undefined => {
  let failures: Failures | undefined;
  for (let failure = 0; failure < count; failure++) failures = failedAgain(failures, now);
  return failures;
};

describe('somebody who mistypes a password', () => {
  it.each([0, 1, 3])('waits for nothing after %d failures', (count) =>
    expect(waitAfter(afterFailures(count), leniency, 0)).toBe(0),
  );
});

describe('somebody who goes on guessing', () => {
  it.each([
    [4, 1_000],
    [5, 2_000],
    [8, 16_000],
    [10, 60_000],
    [10_000, 60_000],
  ])('waits longer each time: after %d failures %d ms', (count, wait) =>
    expect(waitAfter(afterFailures(count), leniency, 0)).toBe(wait),
  );
  it('waits only for the rest of the time', () => expect(waitAfter(afterFailures(4), leniency, 400)).toBe(600));
  it('starts afresh after a quiet quarter of an hour', () =>
    expect(failedAgain(afterFailures(50), 900_000).count).toBe(1));
});
