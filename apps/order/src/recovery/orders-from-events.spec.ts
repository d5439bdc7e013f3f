import { describe, expect, it } from '@jest/globals';
import { makeMessage } from '@tradewind/messaging/message';
import { money, type Rejection } from '@tradewind/kernel';
import { OrderConfirmed, PaymentTaken, userId } from '@tradewind/contracts';
import { aLine, aPendingOrder, aSealedText, anId, later, noon, accepted } from '../../test/an-order.fixture.spec.js';
import {
  cancel,
  changeAddress,
  confirm,
  eraseAddress,
  recordGoodwill,
  reject,
  requestCancellation,
  type Order,
} from '../domain/order.js';
import { ordersFromEvents } from './orders-from-events.js';
import { eventsOf } from '../sagas/order.changes.js';

type Decide = (order: Order) => Order | Rejection;
const moved: Decide = (order) => changeAddress(order, aSealedText(anId(3)), later);
const movedAgain: Decide = (order) => changeAddress(order, aSealedText(anId(4)), later, Number.POSITIVE_INFINITY);
const confirmed: Decide = (order) => confirm(order, later);
const histories: [string, Decide[]][] = [
  ['placed', []],
  ['confirmed at another address', [moved, confirmed]],
  ['rejected', [(order) => reject(order, { reason: 'payment-declined' }, later)]],
  [
    'rejected as out of stock',
    [
      (order) =>
        reject(
          order,
          { reason: 'out-of-stock', shortages: [{ productId: aLine().productId, quantity: 6, available: 2 }] },
          later,
        ),
    ],
  ],
  [
    'cancelled by staff',
    [
      (order) =>
        requestCancellation({ ...order, cancelledBy: { staffId: userId(anId(9)), reason: 'asked-by-buyer' } }, noon),
      (order) => cancel(order, later),
    ],
  ],
  ['moved more often than the limit of today', Array.from({ length: 12 }, (): Decide => movedAgain)],
  ['cancelled while pending', [(order) => requestCancellation(order, noon), (order) => cancel(order, later)]],
  [
    'cancelled after its confirmation',
    [confirmed, (order) => requestCancellation(order, later), (order) => cancel(order, later)],
  ],
  [
    'partly refunded, then erased',
    [
      confirmed,
      (order) => recordGoodwill(order, anId(50), money(7, 'GBP'), later),
      (order) => eraseAddress(order, later),
    ],
  ],
];

describe.each(histories)('an order that was %s', (_, decisions) => {
  it('is recovered from its events', () => {
    let order: Order = aPendingOrder();
    const published = eventsOf(undefined, order);
    for (const decide of decisions) {
      const next = accepted(decide(order));
      published.push(...eventsOf(order, next));
      order = next;
    }
    const messages = published.map(({ cls, fields }) => makeMessage(cls, JSON.parse(JSON.stringify(fields)) as object));
    expect([...ordersFromEvents(messages).values()]).toEqual([order]);
  });
});

describe('messages that do not form an order', () => {
  it('are named if a message before them is missing', () =>
    expect(() =>
      ordersFromEvents([Object.assign(new OrderConfirmed(), { orderId: anId(1), confirmedAt: noon.toISOString() })]),
    ).toThrow('OrderConfirmed does not follow'));
  it('are ignored if they are not about orders', () => expect(ordersFromEvents([new PaymentTaken()]).size).toBe(0));
});
