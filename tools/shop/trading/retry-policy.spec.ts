import { describe, expect, it } from '@jest/globals';
import { classifyAnswer, classifyFailure, retryDelayMs } from './retry-policy.js';

describe('an answer', () => {
  it.each([
    [200, false, 'ok', false],
    [202, false, 'ok', false],
    [404, false, 'fail', false],
    [404, true, 'fail', true],
    [409, false, 'fail', false],
    [409, true, 'fail', true],
    [429, true, 'fail', true],
    [500, false, 'indeterminate', false],
    [502, false, 'indeterminate', true],
    [503, true, 'indeterminate', true],
    [504, false, 'indeterminate', true],
  ] as const)('%d with Retry-After %s is %s, tried retry: %s', (status, retryAfter, effect, retry) =>
    expect(classifyAnswer(status, retryAfter)).toEqual({ effect, retry }),
  );
});

describe('a failed connection', () => {
  it('had no effect when it was refused', () =>
    expect(classifyFailure('ECONNREFUSED')).toEqual({ effect: 'fail', retry: true }));
  it.each(['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', undefined])(
    'may have had one when it broke (%s)',
    (code) => expect(classifyFailure(code)).toEqual({ effect: 'indeterminate', retry: true }),
  );
});

describe('the delay before the next attempt', () => {
  it('doubles up to five seconds', () =>
    expect([1, 2, 3, 6, 7, 50].map((attempt) => retryDelayMs(attempt, undefined, 1))).toEqual([
      100, 200, 400, 3_200, 5_000, 5_000,
    ]));
  it('is at least half of that', () => expect(retryDelayMs(3, undefined, 0)).toBe(200));
  it('is at least Retry-After, up to five seconds', () =>
    expect([retryDelayMs(1, 2, 0.5), retryDelayMs(1, 3_600, 0.5)]).toEqual([2_000, 5_000]));
});
