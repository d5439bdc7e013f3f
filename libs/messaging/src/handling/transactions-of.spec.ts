import { describe, expect, it } from '@jest/globals';
import type { Invocation } from './invocation.js';
import { transactionsOf } from './transactions-of.js';

/** `a1` is a decision of the ordering key `a`, `A2` a transactional handler of the same key. */
const invocation = (name: string): Invocation => ({
  cause: name,
  orderingKey: name[0]!.toLowerCase(),
  transactional: name[0] === name[0]!.toUpperCase(),
  load: {},
  input: undefined,
  decide: () => {
    throw new Error('not called');
  },
});
const split = (...names: string[]): string[] =>
  transactionsOf(names.map(invocation)).map((part) => part.map(({ cause }) => cause).join(' '));

describe('the transactions of a batch', () => {
  it('is one for decisions only', () => expect(split('a1', 'b1', 'a2')).toEqual(['a1 b1 a2']));
  it('separates transactional handlers from decisions', () => expect(split('a1', 'B1', 'c1')).toEqual(['a1 c1', 'B1']));
  it('keeps the order of a key that has both', () =>
    expect(split('a1', 'A2', 'a3', 'B1', 'b2', 'c1')).toEqual(['a1 c1', 'A2 B1', 'a3 b2']));
  it('has a limit of transactional handlers', () =>
    expect(transactionsOf(Array.from({ length: 70 }, () => invocation('A1'))).map((part) => part.length)).toEqual([
      32, 32, 6,
    ]));
});
