import { describe, expect, it } from '@jest/globals';
import { skewedDate } from './skewed-date.js';

const hour = 3_600_000;
const Skewed = skewedDate(hour);

describe('a clock that is an hour ahead', () => {
  it('is ahead in every way to read it', () => {
    const real = Date.now();
    for (const read of [Skewed.now(), new Skewed().getTime(), Date.parse(Skewed())])
      expect(Math.abs(read - real - hour)).toBeLessThan(60_000);
  });
  it('does not change times that are given', () => {
    expect(new Skewed('2026-03-02T10:00:00Z').toISOString()).toBe('2026-03-02T10:00:00.000Z');
    expect(new Skewed(2026, 2).getMonth()).toBe(2);
    expect(Skewed.UTC(1970, 0)).toBe(0);
  });
  it('creates instances of Date', () => {
    expect(new Skewed()).toBeInstanceOf(Date);
    expect(new Date()).toBeInstanceOf(Skewed);
  });
});
