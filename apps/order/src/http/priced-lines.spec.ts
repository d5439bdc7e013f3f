import { describe, expect, it } from '@jest/globals';
import { productId, type ProductId } from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import type { Problem } from '@tradewind/service';
import { anId } from '../../test/an-order.fixture.spec.js';
import type { Price } from '../domain/price.js';
import { archivedItems, pricedLines } from './priced-lines.js';

const heart = productId(anId(10));
const lamp = productId(anId(11));
const unknown = productId(anId(12));
const priced = (id: ProductId, pence: number, archived = false): [ProductId, Price] => [
  id,
  { productId: id, name: `article ${pence}`, price: money(pence, 'GBP'), archived, sequence: 1 },
];
const prices = new Map([priced(heart, 255), priced(lamp, 339)]);

const problemOf = (items: Parameters<typeof pricedLines>[0]): Problem['body'] => {
  try {
    pricedLines(items, prices);
  } catch (error) {
    return (error as Problem).body;
  }
  throw new Error('the items were accepted');
};

describe('the items of a new order', () => {
  it('get current names and prices', () =>
    expect(pricedLines([{ productId: lamp, quantity: 2 }], prices)).toEqual([
      { productId: lamp, name: 'article 339', quantity: 2, unitPrice: money(339, 'GBP') },
    ]));
  it('become one line per product', () =>
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
  it('are named with the field of an archived product', () =>
    expect(
      archivedItems(
        [
          { productId: heart, quantity: 1 },
          { productId: lamp, quantity: 1 },
        ],
        new Map([priced(heart, 255), priced(lamp, 339, true)]),
      ),
    ).toMatchObject([{ field: 'items.1.productId' }]));
  it('are rejected with the field of an unknown product', () =>
    expect(
      problemOf([
        { productId: heart, quantity: 1 },
        { productId: unknown, quantity: 1 },
      ]),
    ).toMatchObject({ status: 422, errors: [{ field: 'items.1.productId' }] }));
  it('are rejected with the field whose total quantity is too large', () =>
    expect(
      problemOf([
        { productId: heart, quantity: 99_999 },
        { productId: heart, quantity: 2 },
      ]),
    ).toMatchObject({ status: 422, errors: [{ field: 'items.1.quantity' }] }));
});
