import { describe, expect, it } from '@jest/globals';
import { longestGap, orderViolations, repetitions, type Completed } from './verify.js';

const job = (number: number, startedAt: number, completedAt: number, owner = 'ann'): Completed => ({
  owner,
  number,
  startedAt,
  completedAt,
});
const call = (number: number, at: number) => ({ owner: 'ann', number, at });

describe('the jobs of an owner', () => {
  it('are in order when each starts after the previous one is completed', () =>
    expect(orderViolations([job(1, 0, 50.4), job(2, 50, 101)], [])).toBe(0));
  it('are independent of other owners', () =>
    expect(orderViolations([job(1, 0, 50), job(1, 20, 70, 'bob'), job(2, 60, 110)], [])).toBe(0));
  it('are out of order when one is completed after a later one', () =>
    expect(orderViolations([job(2, 0, 50), job(1, 60, 110)], [])).toBe(1));
  it('are out of order when two run at once', () =>
    expect(orderViolations([job(1, 0, 50), job(2, 49, 99)], [])).toBe(1));
  it('are out of order when one is completed twice', () =>
    expect(orderViolations([job(1, 0, 50), job(1, 60, 110)], [])).toBe(1));
  it('may be called again until they are completed', () =>
    expect(orderViolations([], [call(1, 0), call(1, 9), call(2, 20)])).toBe(0));
  it('are out of order when one is called after a later one', () =>
    expect(orderViolations([], [call(2, 0), call(1, 9)])).toBe(1));
  it('count as repetitions after the first', () =>
    expect(repetitions([job(1, 0, 1), job(1, 2, 3), job(2, 4, 5)])).toBe(1));
});

describe('the longest gap', () => {
  it('lies between two moments', () => expect(longestGap([10, 12, 40, 45], 0, 50)).toBe(28));
  it('counts from the start and to the end', () =>
    expect([longestGap([30], 0, 40), longestGap([10], 0, 40), longestGap([], 0, 40)]).toEqual([30, 30, 40]));
  it('ignores moments outside', () => expect(longestGap([5, 20, 90], 10, 30)).toBe(10));
});
