import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import { cartView } from './cart-view.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const pence = (amount: number): Money => ({ amount, currency: 'GBP' });

describe('a cart', () => {
  it('shows current prices and changed prices', () =>
    expect(
      cartView([
        { productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100), price: pence(120), archived: false },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50), price: pence(50), archived: false },
      ]),
    ).toEqual({
      items: [
        { productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(120), priceChanged: { from: pence(100) } },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50) },
      ],
      total: pence(290),
    }));
  it('shows a line that is not for sale any more, and leaves it out of the total', () =>
    expect(
      cartView([
        { productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100), price: pence(100), archived: true },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50), price: pence(50), archived: false },
      ]),
    ).toEqual({
      items: [
        { productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100), archived: true },
        { productId: mug, name: 'Cup', quantity: 1, unitPrice: pence(50) },
      ],
      total: pence(50),
    }));
  it('has the total 0 when it is empty', () => expect(cartView([])).toEqual({ items: [], total: pence(0) }));
});
