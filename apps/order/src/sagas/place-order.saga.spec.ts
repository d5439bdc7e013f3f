import { describe, expect, it } from '@jest/globals';
import { StockRefused } from '@tradewind/contracts';
import { stepNames } from '@tradewind/saga';
import { everyStep, rehearse, Rehearsal } from '@tradewind/saga/rehearse';
import { aPendingOrder } from '../../test/an-order.fixture.spec.js';
import type { OrderLine } from '../domain/order-line.js';
import { placeOrder } from './place-order.saga.js';

everyStep(placeOrder, aPendingOrder, { describe, it, expect });

describe('placing an order', () => {
  it('has these steps', () => expect(stepNames(placeOrder)).toEqual(['reserve stock', 'take payment', 'sell stock']));
  it('confirms once the goods are reserved and paid', () =>
    expect(rehearse(placeOrder, aPendingOrder()).messages).toEqual([
      'ReserveStock',
      'TakePayment',
      'OrderConfirmed',
      'SellStock',
    ]));
});

describe.each([
  ['the stock is refused', { failAt: 'reserve stock' }, 'out-of-stock'],
  ['the payment is declined', { failAt: 'take payment' }, 'payment-declined'],
  ['the reservation times out', { lateReplyAt: 'reserve stock' }, 'timed-out'],
  ['the payment times out', { lateReplyAt: 'take payment' }, 'timed-out'],
])('placing an order when %s', (_, failure, reason) => {
  const run = rehearse(placeOrder, aPendingOrder(), failure);
  it('rejects the order with the reason', () =>
    expect([run.lastMessage, run.subject]).toEqual([
      'OrderRejected',
      expect.objectContaining({ status: 'rejected', reason }),
    ]));
});

describe('placing an order whose stock is refused', () => {
  it('rejects it with the lines of the reply', () => {
    const rehearsal = new Rehearsal(placeOrder, aPendingOrder());
    const [{ productId, quantity }] = aPendingOrder().lines as [OrderLine];
    const shortages = [{ productId, quantity, available: 1 }];
    rehearsal.apply({ kind: 'reply', message: Object.assign(new StockRefused(), { shortages }) });
    expect(rehearsal.messages.at(-1)!.fields).toMatchObject({ reason: 'out-of-stock', shortages });
    expect(JSON.parse(JSON.stringify(rehearsal.state.failure))).toEqual(rehearsal.state.failure);
  });
});

describe.each(['reserve stock', 'take payment'])('placing an order that is cancelled at "%s"', (cancelAt) => {
  const run = rehearse(placeOrder, aPendingOrder(), { cancelAt });
  it('publishes the request first and the cancellation last', () =>
    expect([run.messages.filter((type) => type.startsWith('Order')), run.subject.status]).toEqual([
      ['OrderCancellationRequested', 'OrderCancelled'],
      'cancelled',
    ]));
});
