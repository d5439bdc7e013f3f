import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkStock, type StockFacts } from './stock.js';

const tea = 'tea';
const shelf = { productId: tea, available: 7, reserved: 0, sold: 3, initial: 12, adjusted: -2 };

/** Twelve pieces, two of them thrown away, three sold to one order. */
const sound: StockFacts = {
  shelves: [shelf],
  told: [{ productId: tea, initial: 12, adjusted: -2 }],
  reservations: [{ orderId: 'o', status: 'sold', pieces: 3 }],
  reserved: [],
  sold: [{ productId: tea, pieces: 3 }],
  ordered: [{ productId: tea, pieces: 3 }],
  orders: new Map([['o', { status: 'confirmed', pieces: 3 }]]),
  held: new Set(),
  reservedByHeld: [],
};
const found = (wrong: Partial<StockFacts>): string[] => said(checkStock({ ...sound, ...wrong }));

describe('shelves that agree with orders and events', () => {
  it('have no violation', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(checkStock(sound).counted).toEqual({
      products: 1,
      'pieces available': 7,
      'pieces sold': 3,
      reservations: 1,
    }));
});

describe('a wrong shelf', () => {
  it('lost a piece', () =>
    expect(found({ shelves: [{ ...shelf, available: 6 }] })).toEqual([
      'initial 12 + adjusted -2 ≠ available 6 + reserved 0 + sold 3',
    ]));
  it('sold one more than was ordered', () =>
    expect(found({ shelves: [{ ...shelf, available: 6, sold: 4 }] })).toEqual([
      '4 sold on the shelf, the reservations say 3',
      '4 sold, the lines of confirmed orders say 3',
    ]));
  it('is below zero', () =>
    expect(found({ shelves: [{ ...shelf, available: -1, initial: 4 }] })).toContain('available is -1'));
  it('began with another stock than was told', () =>
    expect(found({ told: [{ productId: tea, initial: 12, adjusted: 0 }] })).toEqual([
      'initial 12, adjusted -2; the events say 12 and 0',
    ]));
  it('was never told of', () => expect(found({ told: [] })).toEqual(['no event ever added it']));
  it('is missing', () => expect(found({ shelves: [] })).toEqual(['a product of orders or events has no shelf']));
});

describe('goods that stand for an order', () => {
  const reserving: Partial<StockFacts> = {
    shelves: [{ ...shelf, available: 5, reserved: 2 }],
    reserved: [{ productId: tea, pieces: 2 }],
    reservations: [
      { orderId: 'o', status: 'sold', pieces: 3 },
      { orderId: 'p', status: 'reserved', pieces: 2 },
    ],
    orders: new Map([
      ['o', { status: 'confirmed', pieces: 3 }],
      ['p', { status: 'rejected', pieces: 2 }],
    ]),
  };
  it('are not left reserved', () =>
    expect(found(reserving)).toEqual([
      '2 still reserved at rest, the orders that wait for an operator say 0',
      'goods reserved, the order is rejected',
    ]));
  it('may be while an operator holds the order', () =>
    expect(found({ ...reserving, held: new Set(['p']), reservedByHeld: [{ productId: tea, pieces: 2 }] })).toEqual([]));
  it('belong to an order that is there', () =>
    expect(
      found({
        reservations: [
          { orderId: 'o', status: 'sold', pieces: 3 },
          { orderId: 'x', status: 'released', pieces: 0 },
        ],
      }),
    ).toEqual(['goods released for an order that is not there']));
  it('are as many as it has ordered', () =>
    expect(found({ reservations: [{ orderId: 'o', status: 'sold', pieces: 2 }] })).toEqual([
      '2 pieces sold, 3 ordered',
    ]));
  it('are sold when it is confirmed', () =>
    expect(found({ reservations: [] })).toEqual(['confirmed, and the goods are not sold']));
});
