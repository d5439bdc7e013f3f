import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkAcceptance, type AcceptanceFacts } from './acceptance.js';
import type { AcceptedOrder } from './accepted-order.js';

const acceptance = { orderId: 'o', userId: 'ann', keyHash: 'k', by: 'cart', total: 500n } as const;
const order: AcceptedOrder = { userId: 'ann', status: 'confirmed', total: 500n };
const saga = {
  id: 'place-order:o',
  saga: 'place-order',
  subject: 'o',
  status: 'completed',
  step: null,
  stuck: false,
};
const events = (...types: string[]) => [{ orderId: 'o', types: types.map((type) => `order.${type}`) }];

const sound: AcceptanceFacts = {
  orders: new Map([['o', order]]),
  acceptances: [acceptance],
  sagas: [saga],
  events: events('placed', 'confirmed'),
  waiting: new Set(),
};
const found = (wrong: Partial<AcceptanceFacts>): string[] => textsOf(checkAcceptance({ ...sound, ...wrong }));

describe('an order that was accepted once', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('may be cancelled later', () =>
    expect(
      found({
        orders: new Map([['o', { ...order, status: 'cancelled' }]]),
        events: events('placed', 'confirmed', 'goodwill-recorded', 'cancellation-requested', 'cancelled'),
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
  it('is reported', () =>
    expect(found({ orders: new Map(), sagas: [], events: [] })).toEqual([
      'accepted by cart, and the order does not exist',
    ]));
  it('is no violation while its message is a dead letter', () =>
    expect(found({ orders: new Map(), sagas: [], events: [], waiting: new Set(['o']) })).toEqual([]));
});

describe('an order that should not exist', () => {
  it('was not accepted', () => expect(found({ acceptances: [] })).toEqual(['an order that no service accepted']));
  it('has the key of another order', () =>
    expect(
      found({
        acceptances: [acceptance, { ...acceptance, orderId: 'p' }],
        orders: new Map([
          ['o', order],
          ['p', order],
        ]),
        sagas: [saga, { ...saga, id: 'place-order:p', subject: 'p' }],
        events: [...events('placed', 'confirmed'), { orderId: 'p', types: ['order.placed', 'order.confirmed'] }],
      }),
    ).toEqual(['one idempotency key made two orders']));
  it('has another total than was answered', () =>
    expect(found({ acceptances: [{ ...acceptance, total: 400n }] })).toEqual([
      "accepted for 400, the order's total is 500",
    ]));
  it('belongs to another user', () =>
    expect(found({ acceptances: [{ ...acceptance, userId: 'bob' }] })).toEqual([
      'the order belongs to another user than the one who was answered',
    ]));
});

describe('a saga', () => {
  it('that is missing is reported', () =>
    expect(found({ sagas: [] })).toEqual(['an order without a place-order saga']));
  it('that exists twice is reported', () =>
    expect(found({ sagas: [saga, { ...saga, id: 'x' }] })).toEqual(['an order with two place-order sagas']));
  it('without an order is reported', () =>
    expect(found({ sagas: [saga, { ...saga, id: 'place-order:x', subject: 'x' }] })).toEqual([
      'a saga without an order',
    ]));
  it('ends as its order does', () =>
    expect(found({ sagas: [{ ...saga, status: 'failed' }] })).toEqual([
      'the order is confirmed, its place-order saga failed',
    ]));
});

describe('the events of an order', () => {
  it('have one outcome', () =>
    expect(found({ events: events('placed', 'confirmed', 'rejected') })).toEqual(['2 outcomes: confirmed, rejected']));
  it('have the outcome once', () =>
    expect(found({ events: events('placed', 'confirmed', 'confirmed') })).toEqual([
      '2 outcomes: confirmed, confirmed',
    ]));
  it('have an outcome', () =>
    expect(found({ events: events('placed') })).toEqual(['the order is confirmed, its events have: no outcome']));
  it('have the outcome of the order', () =>
    expect(found({ events: events('placed', 'rejected') })).toEqual([
      'the order is confirmed, its events have: rejected',
    ]));
  it('begin with order.placed', () =>
    expect(found({ events: events('confirmed') })).toEqual(['order.placed is not its first and only first event']));
  it('exist', () => expect(found({ events: [] })).toEqual(['an order without any event on order.events']));
  it('belong to an order that exists', () =>
    expect(found({ events: [...events('placed', 'confirmed'), { orderId: 'x', types: [] }] })).toEqual([
      'order.events has an order that does not exist',
    ]));
});

describe('compared with the clients’ history', () => {
  const call = { key: 'key', userId: 'ann', hashes: ['k', 'other'], result: 'accepted', orderId: 'o' } as const;
  const compared = (...checkouts: object[]): string[] => found({ history: { checkouts: checkouts as never } });
  it('a 202 made its order', () => expect(compared(call)).toEqual([]));
  it('an unanswered call may have made one', () =>
    expect(compared({ ...call, result: 'unknown', orderId: undefined })).toEqual([]));
  it('an unanswered call may have made none', () =>
    expect(compared(call, { ...call, key: 'more', hashes: ['m'], result: 'unknown', orderId: undefined })).toEqual([]));
  it('a 202 without an order is reported', () =>
    expect(compared(call, { ...call, key: 'more', hashes: ['m'], orderId: 'x' })).toEqual([
      'answered 202, and no order was accepted with this key',
      'answered 202 with an order that does not exist',
    ]));
  it('a refused call that made an order is reported', () =>
    expect(compared({ ...call, result: 'refused', orderId: undefined })).toEqual([
      'refused, and an order was accepted nevertheless',
    ]));
  it('an order that the buyer did not request is reported', () =>
    expect(compared({ ...call, hashes: ['m'], result: 'refused', orderId: undefined })).toEqual([
      'an order that its buyer did not request',
    ]));
});
