import { describe, expect, it } from '@jest/globals';
import { milliseconds, type Duration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['597h', 2_149_200_000],
    ['87600h', 315_360_000_000],
  ] as const)('of %s has %d milliseconds', (duration, expected) => expect(milliseconds(duration)).toBe(expected));

  it.each(['87601h', '999999999999h'] as const)('of %s is refused', (duration) =>
    expect(() => milliseconds(duration)).toThrow(`"${duration}" is longer than 10 years`),
  );

  it.each(['', '0s', '-1s', '1.5s', '1d', '9999999999999h'])('is not %j', (text) =>
    expect(() => milliseconds(text as Duration)).toThrow('is not a duration'),
  );
});
