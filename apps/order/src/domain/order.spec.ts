import { describe, expect, it } from '@jest/globals';
import { productId, userId } from '@tradewind/contracts';
import { isRejection, money } from '@tradewind/kernel';
import {
  aCancelledOrder,
  aConfirmedOrder,
  aLine,
  anId,
  anOrderBeingCancelled,
  aPendingOrder,
  aRejectedOrder,
  later,
  accepted,
} from '../../test/an-order.fixture.spec.js';
import { totalOf } from './order-line.js';
import {
  cancel,
  changeAddress,
  confirm,
  eraseAddress,
  hasOutcome,
  maxAddressChanges,
  recordGoodwill,
  reject,
  requestCancellation,
  wasConfirmed,
  type Order,
} from './order.js';

const historyOf = (order: Order): string[] => order.history.map(({ what }) => what);
const orders: [string, () => Order][] = [
  ['pending', aPendingOrder],
  ['confirmed', aConfirmedOrder],
  ['rejected', aRejectedOrder],
  ['cancelling', anOrderBeingCancelled],
  ['cancelled', aCancelledOrder],
];

const decisions: Record<
  string,
  { decide: (order: Order) => unknown; becomes: string; from: string[]; stays: string[] }
> = {
  confirm: { decide: (order) => confirm(order, later), becomes: 'confirmed', from: ['pending'], stays: ['confirmed'] },
  reject: {
    decide: (order) => reject(order, { reason: 'timed-out' }, later),
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

describe.each(Object.entries(decisions))('to %s', (_, { decide, becomes, from, stays }) => {
  it.each(orders.filter(([status]) => from.includes(status)))(
    'changes a %s order and adds one event to its history',
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
  it('changes nothing the second time', () => {
    for (const [, make] of orders.filter(([status]) => stays.includes(status))) {
      const before = make();
      expect(decide(before)).toBe(before);
    }
  });
  it.each(orders.filter(([status]) => ![...from, ...stays].includes(status)))(
    'is rejected for a %s order',
    (_status, make) => expect(isRejection(decide(make()))).toBe(true),
  );
});

describe('an order awaiting its outcome', () => {
  it('has a history that starts with placed', () =>
    expect(aPendingOrder().history).toEqual([{ what: 'placed', at: '2030-01-01T12:00:00.000Z' }]));
  it('can get another address', () =>
    expect(accepted(changeAddress(aPendingOrder(), 'elsewhere', later)).shippingAddress).toBe('elsewhere'));
  it.each(orders)('%s is an outcome unless a change is still expected', (status, make) =>
    expect(hasOutcome(make())).toBe(!['pending', 'cancelling'].includes(status)),
  );
});

describe('an order that is out of stock', () => {
  const lamp = aLine({ productId: productId(anId(11)), name: 'lamp', quantity: 3 });
  const order = aPendingOrder({ lines: [aLine(), lamp] });
  const rejected = reject(
    order,
    {
      reason: 'out-of-stock',
      shortages: [
        { productId: lamp.productId, quantity: 3, available: 1 },
        { productId: productId(anId(12)), quantity: 9, available: 0 },
      ],
    },
    later,
  );
  it('names the lines that are short, with what was wanted and what was available', () =>
    expect(accepted(rejected).history.at(-1)).toEqual({
      what: 'rejected',
      reason: 'out-of-stock',
      shortages: [
        { productId: lamp.productId, name: 'lamp', wanted: 3, available: 1 },
        { productId: anId(12), wanted: 9, available: 0 },
      ],
      at: later.toISOString(),
    }));
  it('names no lines when it is rejected for another reason', () =>
    expect(accepted(reject(order, { reason: 'payment-declined' }, later)).history.at(-1)).toEqual({
      what: 'rejected',
      reason: 'payment-declined',
      at: later.toISOString(),
    }));
});

describe('an order whose address was changed as often as it can be', () => {
  const changes = Array.from({ length: maxAddressChanges });
  const moved = changes.reduce<Order>(
    (order, _, index) => accepted(changeAddress(order, `place ${index}`, later)),
    aPendingOrder(),
  );
  it('rejects another address', () =>
    expect(changeAddress(moved, 'elsewhere', later)).toEqual({ rejected: 'too-many-address-changes' }));
  it('is still confirmed', () => expect(accepted(confirm(moved, later)).status).toBe('confirmed'));
});

describe('an order that staff cancels for its buyer', () => {
  const cancelledBy = { staffId: userId(anId(9)), reason: 'fraud-suspected' } as const;
  it.each([aPendingOrder(), aConfirmedOrder()])('records who and why: $status', (order) => {
    const cancelling = accepted(requestCancellation({ ...order, cancelledBy }, later));
    expect(cancelling.history.at(-1)).toEqual({
      what: 'cancellation-requested',
      by: cancelledBy,
      at: later.toISOString(),
    });
    expect(cancelling).not.toHaveProperty('cancelledBy');
  });
  it('records no member of staff when the buyer cancels', () =>
    expect(accepted(requestCancellation(aPendingOrder(), later)).history.at(-1)).toEqual({
      what: 'cancellation-requested',
      at: later.toISOString(),
    }));
});

describe('an order past its confirmation', () => {
  it('rejects another address', () =>
    expect(changeAddress(aConfirmedOrder(), 'elsewhere', later)).toEqual({ rejected: 'order-already-confirmed' }));
  it('stays known as confirmed when it is cancelled', () =>
    expect(wasConfirmed(accepted(requestCancellation(aConfirmedOrder(), later)))).toBe(true));
  it('is not known as confirmed when it was cancelled while pending', () =>
    expect(wasConfirmed(aCancelledOrder())).toBe(false));
});

describe('an order of a forgotten user', () => {
  const erased = eraseAddress(aConfirmedOrder(), later);
  it('has no address', () => expect(erased).not.toHaveProperty('shippingAddress'));
  it('is erased once', () => expect(eraseAddress(erased, later)).toBe(erased));
});

describe('an order with goodwill', () => {
  const once = recordGoodwill(aConfirmedOrder(), anId(50), money(100, 'GBP'), later);
  it('adds up all partial refunds', () =>
    expect(recordGoodwill(once, anId(51), money(25, 'GBP'), later).goodwill).toEqual(money(125, 'GBP')));
  it('records a refund once', () => expect(recordGoodwill(once, anId(50), money(100, 'GBP'), later)).toBe(once));
  it('shows it in its history', () => expect(historyOf(once)).toEqual(['placed', 'confirmed', 'goodwill-recorded']));
});

describe('the total of lines', () => {
  it('is the sum of price times quantity', () =>
    expect(totalOf([aLine(), aLine({ quantity: 2, unitPrice: money(100, 'GBP') })])).toEqual(money(1730, 'GBP')));
  it('is rejected if it is not exact', () =>
    expect(totalOf([aLine({ quantity: 100_000, unitPrice: money(Number.MAX_SAFE_INTEGER, 'GBP') })])).toEqual({
      rejected: 'total-too-large',
    }));
});
