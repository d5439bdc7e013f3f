import { describe, expect, it } from '@jest/globals';
import { money, productId, type ProductId } from '@tradewind/kernel';
import type { Problem } from '@tradewind/service';
import { anId } from '../../test/an-order.fixture.spec.js';
import type { Price } from '../domain/price.js';
import { pricedLines } from './priced-lines.js';

const heart = productId(anId(10));
const lamp = productId(anId(11));
const unknown = productId(anId(12));
const priced = (id: ProductId, pence: number): [ProductId, Price] => [
  id,
  { productId: id, name: `article ${pence}`, price: money(pence, 'GBP'), sequence: 1 },
];
const prices = new Map([priced(heart, 255), priced(lamp, 339)]);

const problemOf = (items: Parameters<typeof pricedLines>[0]): Problem['body'] => {
  try {
    pricedLines(items, prices);
  } catch (error) {
    return (error as Problem).body;
  }
  throw new Error('the items are taken');
};

describe('items that are to be ordered', () => {
  it('get the names and prices of now', () =>
    expect(pricedLines([{ productId: lamp, quantity: 2 }], prices)).toEqual([
      { productId: lamp, name: 'article 339', quantity: 2, unitPrice: money(339, 'GBP') },
    ]));
  it('become one line a product', () =>
    expect(
      pricedLines(
        [
          { productId: heart, quantity: 2 },
          { productId: lamp, quantity: 1 },
          { productId: heart, quantity: 3 },
        ],
        prices,
      ).map(({ productId: id, quantity }) => [id, quantity]),
    ).toEqual([
      [heart, 5],
      [lamp, 1],
    ]));
  it('are refused by the field where a product is unknown', () =>
    expect(
      problemOf([
        { productId: heart, quantity: 1 },
        { productId: unknown, quantity: 1 },
      ]),
    ).toMatchObject({ status: 422, errors: [{ field: 'items.1.productId' }] }));
  it('are refused by the field where they are too many together', () =>
    expect(
      problemOf([
        { productId: heart, quantity: 99_999 },
        { productId: heart, quantity: 2 },
      ]),
    ).toMatchObject({ status: 422, errors: [{ field: 'items.1.quantity' }] }));
});
