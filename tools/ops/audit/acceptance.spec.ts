import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkAcceptance, type AcceptanceFacts, type AcceptedOrder } from './acceptance.js';

const bought = { orderId: 'o', userId: 'ann', keyHash: 'k', by: 'cart', total: 500 } as const;
const order: AcceptedOrder = { userId: 'ann', status: 'confirmed', total: 500 };
const saga = {
  id: 'place-order:o',
  saga: 'place-order',
  subject: 'o',
  status: 'completed',
  step: null,
  alarmed: false,
};
const words = (...types: string[]) => [{ orderId: 'o', types: types.map((type) => `order.${type}`) }];

const sound: AcceptanceFacts = {
  orders: new Map([['o', order]]),
  acceptances: [bought],
  sagas: [saga],
  words: words('placed', 'confirmed'),
  held: new Set(),
};
const found = (wrong: Partial<AcceptanceFacts>): string[] => said(checkAcceptance({ ...sound, ...wrong }));

describe('an order that was accepted once', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('may be cancelled later', () =>
    expect(
      found({
        orders: new Map([['o', { ...order, status: 'cancelled' }]]),
        words: words('placed', 'confirmed', 'goodwill-recorded', 'cancellation-requested', 'cancelled'),
      }),
    ).toEqual([]));
  it('is counted by its outcome', () =>
    expect(checkAcceptance(sound).counted).toEqual({
      accepted: 1,
      orders: 1,
      confirmed: 1,
      rejected: 0,
      'cancelled while pending': 0,
      'cancelled later': 0,
    }));
});

describe('an answer without its order', () => {
  it('is found', () =>
    expect(found({ orders: new Map(), sagas: [], words: [] })).toEqual([
      'accepted by cart, and there is no such order',
    ]));
  it('waits when its message is parked', () =>
    expect(found({ orders: new Map(), sagas: [], words: [], held: new Set(['o']) })).toEqual([]));
});

describe('an order that should not be', () => {
  it('was accepted by nobody', () => expect(found({ acceptances: [] })).toEqual(['an order that nobody accepted']));
  it('came of a key that had made another', () =>
    expect(
      found({
        acceptances: [bought, { ...bought, orderId: 'p' }],
        orders: new Map([
          ['o', order],
          ['p', order],
        ]),
        sagas: [saga, { ...saga, id: 'place-order:p', subject: 'p' }],
        words: [...words('placed', 'confirmed'), { orderId: 'p', types: ['order.placed', 'order.confirmed'] }],
      }),
    ).toEqual(['one idempotency key made two orders']));
  it('costs something else than was answered', () =>
    expect(found({ acceptances: [{ ...bought, total: 400 }] })).toEqual([
      "accepted for 400, the order's total is 500",
    ]));
  it('is somebody else’s', () =>
    expect(found({ acceptances: [{ ...bought, userId: 'bob' }] })).toEqual([
      "another user's order than the one who was answered",
    ]));
});

describe('a saga', () => {
  it('that is missing is found', () => expect(found({ sagas: [] })).toEqual(['an order without a place-order saga']));
  it('that is there twice is found', () =>
    expect(found({ sagas: [saga, { ...saga, id: 'x' }] })).toEqual(['an order with two place-order sagas']));
  it('without an order is found', () =>
    expect(found({ sagas: [saga, { ...saga, id: 'place-order:x', subject: 'x' }] })).toEqual([
      'a saga without an order',
    ]));
  it('ends as its order does', () =>
    expect(found({ sagas: [{ ...saga, status: 'failed' }] })).toEqual([
      'the order is confirmed, its place-order saga failed',
    ]));
});

describe('what order.events tell', () => {
  it('are not two outcomes', () =>
    expect(found({ words: words('placed', 'confirmed', 'rejected') })).toEqual(['2 outcomes: confirmed, rejected']));
  it('is not one outcome twice', () =>
    expect(found({ words: words('placed', 'confirmed', 'confirmed') })).toEqual(['2 outcomes: confirmed, confirmed']));
  it('is some outcome', () =>
    expect(found({ words: words('placed') })).toEqual(['the order is confirmed, its events say: no outcome']));
  it('is the outcome of the order', () =>
    expect(found({ words: words('placed', 'rejected') })).toEqual([
      'the order is confirmed, its events say: rejected',
    ]));
  it('begins with its being placed', () =>
    expect(found({ words: words('confirmed') })).toEqual(['order.placed is not its first and only beginning']));
  it('is something', () => expect(found({ words: [] })).toEqual(['an order of which order.events tell nothing']));
  it('is of an order that is there', () =>
    expect(found({ words: [...words('placed', 'confirmed'), { orderId: 'x', types: [] }] })).toEqual([
      'order.events tell of an order that is not there',
    ]));
});

describe('compared with what the clients saw', () => {
  const call = { key: 'key', userId: 'ann', hashes: ['k', 'other'], seen: 'ok', orderId: 'o' } as const;
  const compared = (...checkouts: object[]): string[] => found({ history: { checkouts: checkouts as never } });
  it('a 202 is its order', () => expect(compared(call)).toEqual([]));
  it('an unanswered call may have made one', () =>
    expect(compared({ ...call, seen: 'open', orderId: undefined })).toEqual([]));
  it('an unanswered call may have made none', () =>
    expect(compared(call, { ...call, key: 'more', hashes: ['m'], seen: 'open', orderId: undefined })).toEqual([]));
  it('a 202 without an order is found', () =>
    expect(compared(call, { ...call, key: 'more', hashes: ['m'], orderId: 'x' })).toEqual([
      'answered 202, and no order was accepted with this key',
      'answered 202 with an order that is not there',
    ]));
  it('a refused call that made an order is found', () =>
    expect(compared({ ...call, seen: 'none', orderId: undefined })).toEqual([
      'refused, and an order was accepted all the same',
    ]));
  it('an order that the buyer never asked for is found', () =>
    expect(compared({ ...call, hashes: ['m'], seen: 'none', orderId: undefined })).toEqual([
      'an order that its buyer never asked for',
    ]));
});
