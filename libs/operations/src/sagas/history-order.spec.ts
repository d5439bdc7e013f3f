import { describe, expect, it } from '@jest/globals';
import { inOrder, withoutBeginning } from './history-order.js';

const transition = (second: number, saga: string, from: string, to: string) => ({
  service: 'order',
  at: new Date(second * 1_000),
  saga,
  from,
  to,
  why: 'reply',
  cause: 'c',
});

describe('the histories of two sagas', () => {
  const entries = inOrder([
    transition(1, 'a', 'not started', 'executing x'),
    transition(2, 'a', 'passed y', 'completed'),
    transition(2, 'b', 'not started', 'executing z'),
    transition(2, 'a', 'executing x', 'passed y'),
    transition(3, 'b', 'executing z', 'executing z'),
  ]);
  it('have each transition after the one that it starts from', () =>
    expect(entries.map(({ what }) => what)).toEqual([
      'saga a: not started → executing x (reply)',
      'saga a: executing x → passed y (reply)',
      'saga a: passed y → completed (reply)',
      'saga b: not started → executing z (reply)',
      'saga b: executing z → executing z (reply)',
    ]));
});

describe('a history', () => {
  const transitions = [
    transition(1, 'a', 'not started', 'executing x'),
    transition(2, 'b', 'executing x', 'completed'),
  ];
  it('is complete with the start of its saga', () => expect(withoutBeginning(['a'], transitions)).toEqual([]));
  it('was pruned where the start is missing, or everything', () =>
    expect(withoutBeginning(['a', 'b', 'c'], transitions)).toEqual(['b', 'c']));
});
