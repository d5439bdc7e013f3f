import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import { availabilityFor, cartView } from './cart-view.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const pence = (amount: number): Money => ({ amount, currency: 'GBP' });

describe('a cart', () => {
  it('shows current prices and changed prices', () =>
    expect(
      cartView([
        {
          productId: mug,
          name: 'Mug',
          quantity: 2,
          unitPrice: pence(100),
          price: pence(120),
          archived: false,
          atLeast: 1,
        },
        {
          productId: mug,
          name: 'Cup',
          quantity: 1,
          unitPrice: pence(50),
          price: pence(50),
          archived: false,
          atLeast: 1,
        },
      ]),
    ).toEqual({
      items: [
        {
          productId: mug,
          name: 'Mug',
          quantity: 2,
          unitPrice: pence(120),
          priceChanged: { from: pence(100) },
          availability: 'low',
        },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50), availability: 'in-stock' },
      ],
      total: pence(290),
    }));
  it('shows a line that is not for sale any more, and leaves it out of the total', () =>
    expect(
      cartView([
        {
          productId: mug,
          name: 'Mug',
          quantity: 2,
          unitPrice: pence(100),
          price: pence(100),
          archived: true,
          atLeast: 10,
        },
        {
          productId: mug,
          name: 'Cup',
          quantity: 1,
          unitPrice: pence(50),
          price: pence(50),
          archived: false,
          atLeast: 1,
        },
      ]),
    ).toEqual({
      items: [
        { productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100), archived: true },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50), availability: 'in-stock' },
      ],
      total: pence(50),
    }));
  it('has the total 0 when it is empty', () => expect(cartView([])).toEqual({ items: [], total: pence(0) }));
});

describe('the wanted pieces of a line', () => {
  it.each([
    [1, 1, 'in-stock'],
    [10, 10, 'in-stock'],
    [2, 1, 'low'],
    [9, 1, 'low'],
    [10, 1, 'out-of-stock'],
    [99, 10, 'low'],
    [100, 10, 'out-of-stock'],
    [1, 0, 'out-of-stock'],
    [100_000, 100_000, 'in-stock'],
  ])('%i of at least %i pieces are %s', (quantity, atLeast, availability) =>
    expect(availabilityFor(quantity, atLeast)).toBe(availability),
  );
});
