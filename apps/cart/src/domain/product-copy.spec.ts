import { describe, expect, it } from '@jest/globals';
import { Poison, productId } from '@tradewind/kernel';
import { learn } from './product-copy.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const price = { amount: 100, currency: 'GBP' };
const copy = { productId: mug, name: 'Mug', price, sequence: 3 };

describe('a product that is new', () => {
  it('is copied', () => expect(learn(undefined, { productId: mug, name: 'Mug', price }, 3)).toEqual(copy));
  it('is Poison when only a part of it is told', () =>
    expect(() => learn(undefined, { productId: mug, name: 'Mug' }, 3)).toThrow(Poison));
});

describe('news of a product', () => {
  it('change what they name', () =>
    expect(learn(copy, { productId: mug, price: { amount: 120, currency: 'GBP' } }, 4)).toEqual({
      ...copy,
      price: { amount: 120, currency: 'GBP' },
      sequence: 4,
    }));
  it.each([3, 2])('are passed over when they are as old as number %d', (sequence) =>
    expect(learn(copy, { productId: mug, name: 'Old mug' }, sequence)).toBeUndefined(),
  );
});
