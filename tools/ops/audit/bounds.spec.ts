import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { bounds, checkBounds, type Measurement } from './bounds.js';

const found = (...measurements: Measurement[]): string[] => said(checkBounds(measurements));

describe('what stays inside its bounds', () => {
  it.each(Object.entries(bounds))('is %s', (what, { fixed }) => {
    expect(found({ what: what as keyof typeof bounds, of: 'x', value: fixed })).toEqual([]);
    expect(found({ what: what as keyof typeof bounds, of: 'x', value: fixed + 1 })).toHaveLength(1);
  });
  it('is counted, and the largest is told', () =>
    expect(
      checkBounds([
        { what: 'dead rows', of: 'a', value: 3 },
        { what: 'dead rows', of: 'b', value: 7 },
      ]).counted,
    ).toEqual({ measurements: 2, 'dead rows at most': 7 }));
});

describe('what grows with something else', () => {
  it('may be so much larger', () =>
    expect(
      found(
        { what: 'connections', of: 'order', value: 22, times: 2 },
        { what: 'dead rows', of: 'order orders', value: 50_000, times: 100_000 },
      ),
    ).toEqual([]));
  it('and no more', () =>
    expect(found({ what: 'connections', of: 'order', value: 23, times: 2 })).toEqual([
      '23 connections, at most 22 are allowed',
    ]));
});
