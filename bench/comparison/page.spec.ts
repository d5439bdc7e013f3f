import { describe, expect, it } from '@jest/globals';
import { cellOf } from './page.js';
import type { Outcome } from './run-fault.js';

const clean: Outcome = {
  lost: 0,
  lostFollowUps: 0,
  doubled: 0,
  doubledFollowUps: 0,
  overtaken: 0,
  phantom: 0,
  deadLettered: 0,
  waiting: 0,
  transfers: 100,
  secondsAfter: 2,
};

describe('the cell of an outcome', () => {
  it.each<[string, Partial<Outcome>, string]>([
    ['with nothing wrong', {}, '✓'],
    ['that took long', { secondsAfter: 31.2 }, '✓, after 31 s'],
    [
      'with faults',
      { lost: 2, doubledFollowUps: 1, secondsAfter: 12 },
      '2 **lost**, 1 follow-ups **doubled**, after 12 s',
    ],
    ['that is blocked', { waiting: 1_234, deadLettered: 1, secondsAfter: 12 }, '1,234 **blocked**, 1 dead-lettered'],
  ])('%s', (_what, outcome, text) => expect(cellOf({ ...clean, ...outcome })).toBe(text));

  it('of a contender that did not take part', () => expect(cellOf(undefined)).toBe('–'));
});
