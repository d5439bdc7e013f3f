import { describe, expect, it } from '@jest/globals';
import { longestGap, orderViolations, repeats, type Done } from './judge.js';

const done = (number: number, beganAt: number, doneAt: number, owner = 'ann'): Done => ({
  owner,
  number,
  beganAt,
  doneAt,
});

describe('the jobs of an owner', () => {
  it('are in order when each begins after the former is done', () =>
    expect(orderViolations([done(1, 0, 50.4), done(2, 50, 101)], [])).toBe(0));
  it('of others do not matter', () =>
    expect(orderViolations([done(1, 0, 50), done(1, 20, 70, 'bob'), done(2, 60, 110)], [])).toBe(0));
  it('are out of order when one is settled after a later one', () =>
    expect(orderViolations([done(2, 0, 50), done(1, 60, 110)], [])).toBe(1));
  it('are out of order when two are under way at once', () =>
    expect(orderViolations([done(1, 0, 50), done(2, 49, 99)], [])).toBe(1));
  it('are out of order when one is settled twice', () =>
    expect(orderViolations([done(1, 0, 50), done(1, 60, 110)], [])).toBe(1));
  it('may be called again until they are settled', () =>
    expect(
      orderViolations(
        [],
        [
          { owner: 'ann', number: 1, at: 0 },
          { owner: 'ann', number: 1, at: 9 },
          { owner: 'ann', number: 2, at: 20 },
        ],
      ),
    ).toBe(0));
  it('are not called after a later one', () =>
    expect(
      orderViolations(
        [],
        [
          { owner: 'ann', number: 2, at: 0 },
          { owner: 'ann', number: 1, at: 9 },
        ],
      ),
    ).toBe(1));
  it('count as repeats beyond the first', () => expect(repeats([done(1, 0, 1), done(1, 2, 3), done(2, 4, 5)])).toBe(1));
});

describe('the longest gap', () => {
  it('lies between two moments', () => expect(longestGap([10, 12, 40, 45], 0, 50)).toBe(28));
  it('counts from the beginning and to the end', () =>
    expect([longestGap([30], 0, 40), longestGap([10], 0, 40), longestGap([], 0, 40)]).toEqual([30, 30, 40]));
  it('leaves out what lies outside', () => expect(longestGap([5, 20, 90], 10, 30)).toBe(10));
});
