import { describe, expect, it } from '@jest/globals';
import { chained } from './journal.js';

const at = (second: number): Date => new Date(second * 1_000);
const line = (second: number, saga: string, from: string, to: string) => ({
  service: 'order' as const,
  at: at(second),
  saga,
  from,
  to,
  why: 'reply',
  cause: 'c',
});

describe('the journal of two sagas', () => {
  const told = chained([
    line(1, 'a', 'not started', 'asking x'),
    line(2, 'a', 'passed y', 'completed'),
    line(2, 'b', 'not started', 'asking z'),
    line(2, 'a', 'asking x', 'passed y'),
    line(3, 'b', 'asking z', 'asking z'),
  ]);
  it('is told so that each line begins where the one before it ended', () =>
    expect(told.map(({ what }) => what)).toEqual([
      'saga a: not started → asking x (reply)',
      'saga a: asking x → passed y (reply)',
      'saga a: passed y → completed (reply)',
      'saga b: not started → asking z (reply)',
      'saga b: asking z → asking z (reply)',
    ]));
});
