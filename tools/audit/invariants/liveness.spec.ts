import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkLiveness, type LivenessFacts } from './liveness.js';
import { waitingForOperator } from './waiting-for-operator.js';

const saga = {
  id: 'place-order:o',
  saga: 'place-order',
  subject: 'o',
  status: 'running',
  step: 'take payment',
  stuck: false,
};
const sound: LivenessFacts = {
  orders: new Map([
    ['o', { status: 'confirmed' }],
    ['p', { status: 'cancelled' }],
  ]),
  running: [],
  effects: [],
  unpublished: [],
  behind: [],
  waiting: new Set(),
};
const found = (wrong: Partial<LivenessFacts>): string[] => textsOf(checkLiveness({ ...sound, ...wrong }));

describe('a shop at rest', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('is counted', () =>
    expect(checkLiveness(sound).counted).toEqual({ orders: 2, 'with their outcome': 2, 'waiting for an operator': 0 }));
});

describe('something that has not ended', () => {
  const stuck: Partial<LivenessFacts> = {
    orders: new Map([['o', { status: 'pending' }]]),
    running: [saga],
    effects: [
      { service: 'payment', id: 'e', name: 'take', key: 'o:take:1', subject: 'o', attempts: 7, lastError: 'no answer' },
    ],
    unpublished: [{ service: 'order', topic: 'payment.commands', key: 'o', message: 'm' }],
  };
  it('is reported', () =>
    expect(found(stuck)).toEqual([
      'no outcome: the order is pending',
      'a saga has not ended: it is running at "take payment"',
      'an effect has not ended after 7 attempts: take (no answer)',
      'a message has not been published to payment.commands',
    ]));
  it('is no violation while it waits for an operator', () =>
    expect(found({ ...stuck, waiting: new Set(['o']) })).toEqual([]));
  it('is then counted as waiting, not as ended', () =>
    expect(checkLiveness({ ...sound, ...stuck, waiting: new Set(['o']) }).counted).toEqual({
      orders: 1,
      'with their outcome': 0,
      'waiting for an operator': 1,
    }));
  it('may be a consumer that has not read to the end', () =>
    expect(found({ behind: [{ consumer: 'order', topic: 'cart.events', records: 3 }] })).toEqual([
      '3 records are unread',
    ]));
});

describe('what waits for an operator', () => {
  const listed = waitingForOperator({
    deadLetters: [
      { service: 'order', consumer: 'order', topic: 'stock.events', key: 'o', message: 'm', cause: 'Poison: bad' },
      {
        service: 'cart',
        consumer: 'cart.prices',
        topic: 'product.events',
        key: 'tea',
        message: 'n',
        cause: 'Poison: bad',
      },
    ],
    stuckSagas: [{ ...saga, subject: 'p', id: 'place-order:p', stuck: true }],
    blockedKeys: [{ service: 'product', topic: 'stock.events', key: 'q', message: 'r', reason: 'MESSAGE_TOO_LARGE' }],
    isOrder: (key) => ['o', 'p', 'q'].includes(key),
  });
  it('is listed by its order', () => expect(listed.map(({ order }) => order)).toEqual(['o', undefined, 'p', 'q']));
  it('has its reason', () =>
    expect(listed[2]!.what).toBe('the saga place-order:p fails again and again at "take payment"'));
});
