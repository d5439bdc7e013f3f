import { describe, expect, it } from '@jest/globals';
import { isRefusal, money } from '@tradewind/kernel';
import {
  aCancelledOrder,
  aConfirmedOrder,
  aLine,
  anId,
  anOrderBeingCancelled,
  aPendingOrder,
  aRejectedOrder,
  later,
  sound,
} from '../../test/an-order.fixture.spec.js';
import { totalOf } from './order-line.js';
import {
  cancel,
  changeAddress,
  confirm,
  eraseAddress,
  hasOutcome,
  recordGoodwill,
  reject,
  requestCancellation,
  wasConfirmed,
  type Order,
} from './order.js';

const facts = (order: Order): string[] => order.history.map(({ what }) => what);
const every: [string, () => Order][] = [
  ['pending', aPendingOrder],
  ['confirmed', aConfirmedOrder],
  ['rejected', aRejectedOrder],
  ['cancelling', anOrderBeingCancelled],
  ['cancelled', aCancelledOrder],
];

const verbs: Record<string, { decide: (order: Order) => unknown; becomes: string; from: string[]; stays: string[] }> = {
  confirm: { decide: (order) => confirm(order, later), becomes: 'confirmed', from: ['pending'], stays: ['confirmed'] },
  reject: {
    decide: (order) => reject(order, 'timed-out', later),
    becomes: 'rejected',
    from: ['pending'],
    stays: ['rejected'],
  },
  requestCancellation: {
    decide: (order) => requestCancellation(order, later),
    becomes: 'cancelling',
    from: ['pending', 'confirmed'],
    stays: [],
  },
  cancel: { decide: (order) => cancel(order, later), becomes: 'cancelled', from: ['cancelling'], stays: ['cancelled'] },
};

describe.each(Object.entries(verbs))('to %s', (_, { decide, becomes, from, stays }) => {
  it.each(every.filter(([status]) => from.includes(status)))(
    'moves a %s order on, with one more fact',
    (_status, make) => {
      const before = make();
      const after = decide(before) as Order;
      expect([after.status, after.history.length, after.history.at(-1)!.at]).toEqual([
        becomes,
        before.history.length + 1,
        later.toISOString(),
      ]);
    },
  );
  it('again changes nothing', () => {
    for (const [, make] of every.filter(([status]) => stays.includes(status))) {
      const before = make();
      expect(decide(before)).toBe(before);
    }
  });
  it.each(every.filter(([status]) => ![...from, ...stays].includes(status)))(
    'is refused by a %s order',
    (_status, make) => expect(isRefusal(decide(make()))).toBe(true),
  );
});

describe('an order awaiting its outcome', () => {
  it('begins its history with being placed', () =>
    expect(aPendingOrder().history).toEqual([{ what: 'placed', at: '2030-01-01T12:00:00.000Z' }]));
  it('may go to another address', () =>
    expect(sound(changeAddress(aPendingOrder(), 'elsewhere', later)).shippingAddress).toBe('elsewhere'));
  it.each(every)('has an outcome unless %s means that more will come', (status, make) =>
    expect(hasOutcome(make())).toBe(!['pending', 'cancelling'].includes(status)),
  );
});

describe('an order past its confirmation', () => {
  it('keeps its address', () =>
    expect(changeAddress(aConfirmedOrder(), 'elsewhere', later)).toEqual({ refused: 'order-already-confirmed' }));
  it('is still known as confirmed when it is cancelled', () =>
    expect(wasConfirmed(sound(requestCancellation(aConfirmedOrder(), later)))).toBe(true));
  it('was never confirmed when it was cancelled while pending', () =>
    expect(wasConfirmed(aCancelledOrder())).toBe(false));
});

describe('an order whose buyer is forgotten', () => {
  const erased = eraseAddress(aConfirmedOrder(), later);
  it('has no address any more', () => expect(erased).not.toHaveProperty('shippingAddress'));
  it('is erased once', () => expect(eraseAddress(erased, later)).toBe(erased));
});

describe('an order with goodwill', () => {
  const once = recordGoodwill(aConfirmedOrder(), anId(50), money(100, 'GBP'), later);
  it('adds up what was given back', () =>
    expect(recordGoodwill(once, anId(51), money(25, 'GBP'), later).goodwill).toEqual(money(125, 'GBP')));
  it('records a refund once', () => expect(recordGoodwill(once, anId(50), money(100, 'GBP'), later)).toBe(once));
  it('tells it in its history', () => expect(facts(once)).toEqual(['placed', 'confirmed', 'goodwill-recorded']));
});

describe('the total of lines', () => {
  it('is the sum of price times quantity', () =>
    expect(totalOf([aLine(), aLine({ quantity: 2, unitPrice: money(100, 'GBP') })])).toEqual(money(1730, 'GBP')));
  it('is refused where it can not be told exactly', () =>
    expect(totalOf([aLine({ quantity: 100_000, unitPrice: money(Number.MAX_SAFE_INTEGER, 'GBP') })])).toEqual({
      refused: 'total-too-large',
    }));
});
