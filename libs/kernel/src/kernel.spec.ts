import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { add, idOf, isUuid, money, subtract, sum, times, uuidv7 } from './index.js';

const anyRandom = fc.uint8Array({ minLength: 10, maxLength: 10 });
const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('an id made at a moment', () => {
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

describe('a text that is no id', () => {
  it.each(['', 'x', '01991234-5678-7000-8000-00000000000G', '01991234-5678-7000-8000-000000000000 '])(
    '%j is refused with its kind',
    (text) => expect(() => idOf('order')(text)).toThrow('id of a order'),
  );
});

describe('money', () => {
  it('adds and subtracts without loss', () =>
    expect(subtract(add(money(199, 'GBP'), money(1, 'GBP')), money(50, 'GBP'))).toEqual(money(150, 'GBP')));
  it('refuses two currencies', () => expect(() => add(money(1, 'GBP'), money(1, 'EUR'))).toThrow(RangeError));
  it('refuses fractions', () => expect(() => times(money(3, 'GBP'), 0.5)).toThrow(RangeError));
  it('refuses what is no longer exact', () =>
    expect(() => times(money(Number.MAX_SAFE_INTEGER, 'GBP'), 2)).toThrow(RangeError));
  it('sums nothing to zero', () => expect(sum([], 'GBP')).toEqual(money(0, 'GBP')));
});
