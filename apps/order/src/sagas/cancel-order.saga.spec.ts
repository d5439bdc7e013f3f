import { describe, expect, it } from '@jest/globals';
import { everyStep, rehearse } from '@tradewind/saga/rehearse';
import { aConfirmedOrder, aRejectedOrder } from '../../test/an-order.fixture.spec.js';
import { cancelOrder } from './cancel-order.saga.js';

everyStep(cancelOrder, aConfirmedOrder, { describe, it, expect });

describe('cancelling a confirmed order', () => {
  it('refunds the payment, takes the goods back and publishes both once', () =>
    expect(rehearse(cancelOrder, aConfirmedOrder()).messages).toEqual([
      'OrderCancellationRequested',
      'RefundPayment',
      'TakeBackStock',
      'OrderCancelled',
    ]));
  it('does not start for a rejected order', () =>
    expect(() => rehearse(cancelOrder, aRejectedOrder())).toThrow('order-already-rejected'));
});
