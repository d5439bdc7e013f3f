import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import { Poison } from '@tradewind/kernel';
import { updateCopy } from './product-copy.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const price = { amount: 100, currency: 'GBP' };
const copy = { productId: mug, name: 'Mug', price, archived: false, atLeast: 0, sequence: 3 };

describe('a new product', () => {
  it('is copied', () => expect(updateCopy(undefined, { productId: mug, name: 'Mug', price }, 3)).toEqual(copy));
  it('is Poison if a field is missing', () =>
    expect(() => updateCopy(undefined, { productId: mug, name: 'Mug' }, 3)).toThrow(Poison));
});

describe('a change of a product', () => {
  it('archives and restores it', () => {
    const archived = updateCopy(copy, { productId: mug, archived: true }, 4);
    expect(archived).toEqual({ ...copy, archived: true, sequence: 4 });
    expect(updateCopy(archived, { productId: mug, name: 'Cup' }, 5)).toMatchObject({ archived: true });
    expect(updateCopy(archived, { productId: mug, archived: false }, 5)).toMatchObject({ archived: false });
  });
  it('updates the changed fields', () =>
    expect(updateCopy(copy, { productId: mug, price: { amount: 120, currency: 'GBP' } }, 4)).toEqual({
      ...copy,
      price: { amount: 120, currency: 'GBP' },
      sequence: 4,
    }));
  it.each([3, 2])('is ignored with the sequence %d', (sequence) =>
    expect(updateCopy(copy, { productId: mug, name: 'Old mug' }, sequence)).toBeUndefined(),
  );
});
