import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBuckets } from './token-bucket.js';

const rate = { perSecond: 2, burst: 3 };
const emptied = (now = 0): TokenBuckets => {
  const buckets = new TokenBuckets(rate);
  for (let taken = 0; taken < rate.burst; taken++) buckets.take('a', now);
  return buckets;
};

describe('a key that has used its burst', () => {
  it('gets the time until its next token', () => expect(emptied().take('a', 0)).toBe(500));
  it('gets the token at that time', () => expect(emptied().take('a', 500)).toBe(0));
  it('loses nothing by an early request', () => {
    const buckets = emptied();
    buckets.take('a', 250);
    expect(buckets.take('a', 500)).toBe(0);
  });
  it('does not affect other keys', () => expect(emptied().take('b', 0)).toBe(0));
  it('gains nothing when the clock is set back', () => expect(emptied(10_000).take('a', 0)).toBeGreaterThan(0));
});

describe('any pattern of requests', () => {
  it('never gets more than the burst and the refilled tokens', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (gaps) => {
        const buckets = new TokenBuckets(rate);
        let now = 0;
        let granted = 0;
        for (const gap of gaps) {
          now += gap;
          if (buckets.take('a', now) === 0) granted++;
        }
        return granted <= rate.burst + (now / 1_000) * rate.perSecond + 1e-6;
      }),
    ));
});

describe('many keys', () => {
  it('are limited: the least recently used one is removed', () => {
    const buckets = new TokenBuckets(rate, 2);
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 0);
    expect(buckets.size).toBe(2);
  });
  it('are removed once they are full again', () => {
    const buckets = emptied();
    buckets.sweep(1_500);
    expect(buckets.size).toBe(0);
  });
});
