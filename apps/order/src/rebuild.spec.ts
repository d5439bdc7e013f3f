import { describe, expect, it } from '@jest/globals';
import { makeMessage } from '@tradewind/messaging/contract';
import { money, type Refusal } from '@tradewind/kernel';
import { OrderConfirmed, PaymentTaken } from '@tradewind/contracts';
import { aPendingOrder, aSealedText, anId, later, noon, sound } from '../test/an-order.fixture.spec.js';
import {
  cancel,
  changeAddress,
  confirm,
  eraseAddress,
  recordGoodwill,
  reject,
  requestCancellation,
  type Order,
} from './domain/order.js';
import { rebuildOrders } from './rebuild.js';
import { told } from './sagas/tell.js';

type Verb = (order: Order) => Order | Refusal;
const moved: Verb = (order) => changeAddress(order, aSealedText(anId(3)), later);
const confirmed: Verb = (order) => confirm(order, later);
const lives: [string, Verb[]][] = [
  ['placed', []],
  ['confirmed at another address', [moved, confirmed]],
  ['rejected', [(order) => reject(order, 'payment-declined', later)]],
  ['cancelled while pending', [(order) => requestCancellation(order, noon), (order) => cancel(order, later)]],
  [
    'cancelled after its confirmation',
    [confirmed, (order) => requestCancellation(order, later), (order) => cancel(order, later)],
  ],
  [
    'given goodwill, and forgotten',
    [
      confirmed,
      (order) => recordGoodwill(order, anId(50), money(7, 'GBP'), later),
      (order) => eraseAddress(order, later),
    ],
  ],
];

describe.each(lives)('an order that was %s', (_, verbs) => {
  it('is brought back from what was said of it', () => {
    let order: Order = aPendingOrder();
    const words = told(undefined, order);
    for (const verb of verbs) {
      const next = sound(verb(order));
      words.push(...told(order, next));
      order = next;
    }
    const messages = words.map(({ cls, fields }) => makeMessage(cls, JSON.parse(JSON.stringify(fields)) as object));
    expect([...rebuildOrders(messages).values()]).toEqual([order]);
  });
});

describe('messages that no order follows from', () => {
  it('are named where one is missing before them', () =>
    expect(() =>
      rebuildOrders([Object.assign(new OrderConfirmed(), { orderId: anId(1), confirmedAt: noon.toISOString() })]),
    ).toThrow('OrderConfirmed does not follow'));
  it('are passed over where they are not about orders', () => expect(rebuildOrders([new PaymentTaken()]).size).toBe(0));
});
