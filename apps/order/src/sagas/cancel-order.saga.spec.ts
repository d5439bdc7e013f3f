import { describe, expect, it } from '@jest/globals';
import { everyStep, rehearse } from '@tradewind/saga/rehearse';
import { aConfirmedOrder, aRejectedOrder } from '../../test/an-order.fixture.spec.js';
import { cancelOrder } from './cancel-order.saga.js';

everyStep(cancelOrder, aConfirmedOrder, { describe, it, expect });

describe('cancelling a confirmed order', () => {
  it('gives the money back, takes the goods back, and says so once', () =>
    expect(rehearse(cancelOrder, aConfirmedOrder()).words).toEqual([
      'OrderCancellationRequested',
      'RefundPayment',
      'TakeBackStock',
      'OrderCancelled',
    ]));
  it('is never begun for an order that was rejected', () =>
    expect(() => rehearse(cancelOrder, aRejectedOrder())).toThrow('order-already-rejected'));
});
