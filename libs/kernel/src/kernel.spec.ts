import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { add, groupBy, idOf, isRejection, isUuid, money, rejection, subtract, sum, times, uuidv7 } from './index.js';

const anyRandom = fc.uint8Array({ minLength: 10, maxLength: 10 });
const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('a time-ordered id', () => {
  it('is a version 7 UUID', () =>
    fc.assert(
      fc.property(anyTime, anyRandom, (at, random) => isUuid(uuidv7(at, random)) && uuidv7(at, random)[14] === '7'),
    ));
  it('sorts after every id made in an earlier millisecond', () =>
    fc.assert(
      fc.property(anyTime, anyTime, anyRandom, anyRandom, (a, b, r, s) => a >= b || uuidv7(a, r) < uuidv7(b, s)),
    ));
  it('carries its milliseconds', () =>
    expect(uuidv7(0x0199_1234_5678, new Uint8Array(10))).toBe('01991234-5678-7000-8000-000000000000'));
});

describe('a text that is not an id', () => {
  it.each(['', 'x', '01991234-5678-7000-8000-00000000000G', '01991234-5678-7000-8000-000000000000 '])(
    '%j is rejected, naming the kind of id',
    (text) => expect(() => idOf('order')(text)).toThrow('not a valid order id'),
  );
});

describe('money', () => {
  it('adds and subtracts without loss', () =>
    expect(subtract(add(money(199, 'GBP'), money(1, 'GBP')), money(50, 'GBP'))).toEqual(money(150, 'GBP')));
  it('rejects two currencies', () => expect(() => add(money(1, 'GBP'), money(1, 'EUR'))).toThrow(RangeError));
  it('rejects fractions', () => expect(() => times(money(3, 'GBP'), 0.5)).toThrow(RangeError));
  it('rejects an amount beyond the safe integers', () =>
    expect(() => times(money(Number.MAX_SAFE_INTEGER, 'GBP'), 2)).toThrow(RangeError));
  it('sums an empty list to zero', () => expect(sum([], 'GBP')).toEqual(money(0, 'GBP')));
});

describe('a rejection', () => {
  it('is a value with its reason', () => expect(rejection('cart-full')).toEqual({ rejected: 'cart-full' }));
  it('is told apart from any other value', () =>
    expect([rejection('cart-full'), {}, null, undefined, 'rejected'].map(isRejection)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]));
});

describe('grouping', () => {
  it('keeps the order of keys and of the items of a key', () =>
    expect([...groupBy([3, 1, 4, 5], (number) => number % 2)]).toEqual([
      [1, [3, 1, 5]],
      [0, [4]],
    ]));
});
