import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkLiveness, type LivenessFacts } from './liveness.js';
import { waitingForOperator } from './waiting.js';

const saga = {
  id: 'place-order:o',
  saga: 'place-order',
  subject: 'o',
  status: 'running',
  step: 'take payment',
  alarmed: false,
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
  held: new Set(),
};
const found = (wrong: Partial<LivenessFacts>): string[] => said(checkLiveness({ ...sound, ...wrong }));

describe('a shop at rest', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('is counted', () =>
    expect(checkLiveness(sound).counted).toEqual({ orders: 2, 'with their outcome': 2, 'waiting for an operator': 0 }));
});

describe('something that has not come to its end', () => {
  const stuck: Partial<LivenessFacts> = {
    orders: new Map([['o', { status: 'pending' }]]),
    running: [saga],
    effects: [
      { service: 'payment', id: 'e', name: 'take', key: 'o:take:1', subject: 'o', tries: 7, lastError: 'no answer' },
    ],
    unpublished: [{ service: 'order', topic: 'payment.commands', key: 'o', message: 'm' }],
  };
  it('is named', () =>
    expect(found(stuck)).toEqual([
      'no outcome: the order is pending',
      'a saga has not ended: it is running at "take payment"',
      'an effect has not ended after 7 tries: take (no answer)',
      'a message has not been published to payment.commands',
    ]));
  it('is no violation while an operator holds it', () => expect(found({ ...stuck, held: new Set(['o']) })).toEqual([]));
  it('is counted as waiting then, not as done', () =>
    expect(checkLiveness({ ...sound, ...stuck, held: new Set(['o']) }).counted).toEqual({
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
  const waiting = waitingForOperator({
    parked: [
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
    alarmed: [{ ...saga, subject: 'p', id: 'place-order:p', alarmed: true }],
    held: [{ service: 'product', topic: 'stock.events', key: 'q', message: 'r', reason: 'MESSAGE_TOO_LARGE' }],
    isOrder: (key) => ['o', 'p', 'q'].includes(key),
  });
  it('is listed by its order', () => expect(waiting.map(({ order }) => order)).toEqual(['o', undefined, 'p', 'q']));
  it('says why', () => expect(waiting[2]!.what).toBe('the saga place-order:p fails again and again at "take payment"'));
});
