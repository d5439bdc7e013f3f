import { describe, expect, it } from '@jest/globals';
import { shownSku, skuKeyOf } from './sku.js';

describe('SKUs that differ only in blanks and case', () => {
  const spellings = ['AB 1', 'ab1 ', 'AB  1', ' Ab 1', 'A B 1', 'aB1'];
  it('are one SKU', () => expect(new Set(spellings.map(skuKeyOf))).toEqual(new Set(['ab1'])));
});

describe('SKUs that differ in a sign', () => {
  it.each([
    ['AB-1', 'AB1'],
    ['AB.1', 'AB_1'],
    ['AB1', 'AB01'],
  ])('are two: %s and %s', (one, other) => expect(skuKeyOf(one)).not.toBe(skuKeyOf(other)));
});

describe('a SKU', () => {
  it.each([
    [' AB   1  ', 'AB 1'],
    ['ab1', 'ab1'],
  ])('is shown as typed, with single blanks: "%s"', (typed, shown) => expect(shownSku(typed)).toBe(shown));
  it('has the same key as it is shown', () => expect(skuKeyOf(shownSku('  A  b\t1 '))).toBe(skuKeyOf('  A  b\t1 ')));
});
