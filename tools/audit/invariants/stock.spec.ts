import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkStock, type StockFacts } from './stock.js';

const tea = 'tea';
const level = { productId: tea, available: 7n, reserved: 0n, sold: 3n, initial: 12n, adjusted: -2n, changes: 3n };

/** Twelve pieces, two of them removed, three sold to one order. */
const sound: StockFacts = {
  stockLevels: [level],
  histories: [{ productId: tea, changes: 3n, available: 7n, wrong: 0n }],
  published: [{ productId: tea, initial: 12n, adjusted: -2n }],
  reservations: [{ orderId: 'o', status: 'sold', pieces: 3n }],
  reserved: [],
  sold: [{ productId: tea, pieces: 3n }],
  ordered: [{ productId: tea, pieces: 3n }],
  orders: new Map([['o', { status: 'confirmed', pieces: 3n }]]),
  waiting: new Set(),
  reservedForWaiting: [],
};
const found = (wrong: Partial<StockFacts>): string[] => textsOf(checkStock({ ...sound, ...wrong }));

describe('stock levels that agree with orders and events', () => {
  it('have no violation', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(checkStock(sound).counted).toEqual({
      products: 1,
      'pieces available': 7n,
      'pieces sold': 3n,
      reservations: 1,
    }));
});

describe('a wrong stock level', () => {
  it('lacks a piece', () =>
    expect(found({ stockLevels: [{ ...level, available: 6n }] })).toEqual([
      'initial 12 + adjusted -2 ≠ available 6 + reserved 0 + sold 3',
      '3 changes, 6 available; by the history 3 and 7',
    ]));
  it('has sold one more than was ordered', () =>
    expect(found({ stockLevels: [{ ...level, available: 6n, sold: 4n }] })).toEqual([
      '3 changes, 6 available; by the history 3 and 7',
      '4 sold in the stock level, by the reservations: 3',
      '4 sold, by the lines of confirmed orders: 3',
    ]));
  it('is below zero', () =>
    expect(found({ stockLevels: [{ ...level, available: -1n, initial: 4n }] })).toContain('available is -1'));
  it('began with another stock than was published', () =>
    expect(found({ published: [{ productId: tea, initial: 12n, adjusted: 0n }] })).toEqual([
      'initial 12, adjusted -2; by the events 12 and 0',
    ]));
  it('has no event', () => expect(found({ published: [] })).toEqual(['no event added it']));
  it('is missing', () =>
    expect(found({ stockLevels: [] })).toEqual(['a product of orders or events has no stock level']));
});

describe('the history of a stock', () => {
  const history = { productId: tea, changes: 3n, available: 7n, wrong: 0n };
  it.each([
    ['is missing', [], 'its stock has no history'],
    ['lacks a change', [{ ...history, changes: 2n }], '3 changes, 7 available; by the history 2 and 7'],
    ['adds up to something else', [{ ...history, available: 8n }], '3 changes, 7 available; by the history 3 and 8'],
    ['has a gap', [{ ...history, wrong: 1n }], '1 changes do not follow from those before'],
  ])('is wrong when it %s', (_, histories, violation) => expect(found({ histories })).toEqual([violation]));
});

describe('reserved and sold goods', () => {
  const reserving: Partial<StockFacts> = {
    stockLevels: [{ ...level, available: 5n, reserved: 2n }],
    histories: [{ productId: tea, changes: 3n, available: 5n, wrong: 0n }],
    reserved: [{ productId: tea, pieces: 2n }],
    reservations: [
      { orderId: 'o', status: 'sold', pieces: 3n },
      { orderId: 'p', status: 'reserved', pieces: 2n },
    ],
    orders: new Map([
      ['o', { status: 'confirmed', pieces: 3n }],
      ['p', { status: 'rejected', pieces: 2n }],
    ]),
  };
  it('are not still reserved', () =>
    expect(found(reserving)).toEqual([
      '2 still reserved at rest, by the orders that wait for an operator: 0',
      'goods reserved, the order is rejected',
    ]));
  it('may be reserved while the order waits for an operator', () =>
    expect(
      found({ ...reserving, waiting: new Set(['p']), reservedForWaiting: [{ productId: tea, pieces: 2n }] }),
    ).toEqual([]));
  it('belong to an order that exists', () =>
    expect(
      found({
        reservations: [
          { orderId: 'o', status: 'sold', pieces: 3n },
          { orderId: 'x', status: 'released', pieces: 0n },
        ],
      }),
    ).toEqual(['goods released for an order that does not exist']));
  it('are as many as ordered', () =>
    expect(found({ reservations: [{ orderId: 'o', status: 'sold', pieces: 2n }] })).toEqual([
      '2 pieces sold, 3 ordered',
    ]));
  it('are sold when the order is confirmed', () =>
    expect(found({ reservations: [] })).toEqual(['confirmed, and the goods are not sold']));
});
