import { describe, expect, it } from '@jest/globals';
import { orderId, productId, userId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import { forgotten, lineIdOf, productArchived, type Cart, type CartLine } from './cart.js';
import {
  cartChanged,
  cartEmpty,
  checkOut,
  withOrderStatus,
  highestTotal,
  priceChanged,
  totalTooHigh,
  type Checkout,
} from './check-out.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const mug = productId('01991234-5678-7000-8000-00000000000a');
const cup = productId('01991234-5678-7000-8000-00000000000b');
const pence = (amount: number): Money => ({ amount, currency: 'GBP' });
const monday = new Date('2026-03-02T10:00:00Z');
const aCart: Cart = { status: 'open', userId: ann, lines: 2 };
const aLine = (product: typeof mug, quantity: number, price: number): CartLine => ({
  lineId: lineIdOf(ann, product),
  userId: ann,
  productId: product,
  quantity,
  unitPrice: pence(price),
  putAt: monday,
});
const lines = [aLine(mug, 2, 100), aLine(cup, 1, 50)];
const offers = (mugPrice: number, archived = false) =>
  new Map([
    [mug, { name: 'Mug', price: pence(mugPrice), archived: false }],
    [cup, { name: 'Cup', price: pence(50), archived }],
  ]);

describe('checking out a cart with unchanged prices', () => {
  it('sells every line at its price', () =>
    expect(checkOut(aCart, lines, offers(100), undefined)).toEqual({
      lines: [
        { productId: mug, quantity: 2, name: 'Mug', price: pence(100) },
        { productId: cup, quantity: 1, name: 'Cup', price: pence(50) },
      ],
      total: pence(250),
    }));
  it('is rejected when the buyer expects another total', () =>
    expect(checkOut(aCart, lines, offers(100), pence(249))).toEqual(priceChanged));
});

describe('checking out a cart with a changed price', () => {
  it('is rejected for a higher and a lower price', () =>
    expect([99, 101].map((price) => checkOut(aCart, lines, offers(price), undefined))).toEqual([
      priceChanged,
      priceChanged,
    ]));
  it('charges the new prices when the buyer expects their total', () =>
    expect(checkOut(aCart, lines, offers(120), pence(290))).toMatchObject({
      lines: [{ price: pence(120) }, { price: pence(50) }],
      total: pence(290),
    }));
  it('is rejected when the buyer expects the old total', () =>
    expect(checkOut(aCart, lines, offers(120), pence(250))).toEqual(priceChanged));
});

describe('checking out a cart with a product that is archived', () => {
  it.each([undefined, pence(250), pence(200)])('is rejected, also when the buyer expects the total %j', (expected) =>
    expect(checkOut(aCart, lines, offers(100, true), expected)).toEqual(productArchived),
  );
});

describe('a checkout is rejected for a cart that is', () => {
  it.each([
    ['empty', checkOut({ ...aCart, lines: 0 }, [], offers(1), pence(0)), cartEmpty],
    ['never used', checkOut(undefined, [], offers(1), undefined), cartEmpty],
    [
      'of a forgotten user',
      checkOut({ status: 'forgotten', userId: ann, forgottenAt: monday }, [], offers(1), undefined),
      forgotten,
    ],
    ['changed since the prices were read', checkOut(aCart, lines, new Map(), undefined), cartChanged],
    [
      'too expensive',
      checkOut(aCart, [aLine(mug, 100_000, highestTotal)], offers(highestTotal), undefined),
      totalTooHigh,
    ],
  ])('%s', (_, result, rejected) => expect(result).toEqual(rejected));
});

describe('a checkout whose order changes', () => {
  const checkout: Checkout = {
    orderId: orderId('01991234-5678-7000-8000-000000000002'),
    userId: ann,
    status: 'checked-out',
    total: pence(250),
    keyHash: 'k',
    bodyHash: 'b',
    checkedOutAt: monday,
    sequence: 0,
  };
  const confirmed = withOrderStatus(checkout, 'confirmed', 2);
  it('gets the status of the order', () =>
    expect(confirmed).toEqual({ ...checkout, status: 'confirmed', sequence: 2 }));
  it('ignores an older or repeated event', () =>
    expect([1, 2].map((sequence) => withOrderStatus(confirmed, 'placed', sequence))).toEqual([undefined, undefined]));
  it('ignores orders that did not come from a cart', () =>
    expect(withOrderStatus(undefined, 'placed', 1)).toBeUndefined());
});
