import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { bounds, checkBounds, type Measurement } from './bounds.js';

const found = (...measurements: Measurement[]): string[] => textsOf(checkBounds(measurements));

describe('a size within its bounds', () => {
  it.each(Object.entries(bounds))('is %s', (what, { fixed }) => {
    expect(found({ what: what as keyof typeof bounds, of: 'x', value: fixed })).toEqual([]);
    expect(found({ what: what as keyof typeof bounds, of: 'x', value: fixed + 1 })).toHaveLength(1);
  });
  it('is counted, and the largest is reported', () =>
    expect(
      checkBounds([
        { what: 'dead rows', of: 'a', value: 3 },
        { what: 'dead rows', of: 'b', value: 7 },
      ]).counted,
    ).toEqual({ measurements: 2, 'dead rows at most': 7 }));
});

describe('a bound that grows with something else', () => {
  it('allows more for each of it', () =>
    expect(
      found(
        { what: 'connections', of: 'order', value: 22, times: 2 },
        { what: 'dead rows', of: 'order orders', value: 50_000, times: 100_000 },
      ),
    ).toEqual([]));
  it('allows no more than that', () =>
    expect(found({ what: 'connections', of: 'order', value: 23, times: 2 })).toEqual([
      '23 connections, at most 22 are allowed',
    ]));
});
