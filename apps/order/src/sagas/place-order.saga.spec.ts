import { describe, expect, it } from '@jest/globals';
import { stepNames } from '@tradewind/saga';
import { everyStep, rehearse } from '@tradewind/saga/rehearse';
import { aPendingOrder } from '../../test/an-order.fixture.spec.js';
import { placeOrder } from './place-order.saga.js';

everyStep(placeOrder, aPendingOrder, { describe, it, expect });

describe('placing an order', () => {
  it('is told as goods, money, promise', () =>
    expect(stepNames(placeOrder)).toEqual(['reserve stock', 'take payment', 'hand over the goods']));
  it('confirms once goods are set aside and paid', () =>
    expect(rehearse(placeOrder, aPendingOrder()).words).toEqual([
      'ReserveStock',
      'TakePayment',
      'OrderConfirmed',
      'SellStock',
    ]));
});

describe.each([
  ['the goods are refused', { refuseAt: 'reserve stock' }, 'out-of-stock'],
  ['the payment is refused', { refuseAt: 'take payment' }, 'payment-declined'],
  ['the goods are not answered for', { silentAt: 'reserve stock' }, 'timed-out'],
  ['the payment is not answered for', { silentAt: 'take payment' }, 'timed-out'],
])('placing an order when %s', (_, trouble, reason) => {
  const story = rehearse(placeOrder, aPendingOrder(), trouble);
  it('ends by telling the buyer no, and why', () =>
    expect([story.lastWord, story.subject]).toEqual([
      'OrderRejected',
      expect.objectContaining({ status: 'rejected', reason }),
    ]));
});

describe.each(['reserve stock', 'take payment'])('placing an order that is cancelled at "%s"', (cancelAt) => {
  const story = rehearse(placeOrder, aPendingOrder(), { cancelAt });
  it('says first that it is wanted no more, and last that it is cancelled', () =>
    expect([story.words.filter((word) => word.startsWith('Order')), story.subject.status]).toEqual([
      ['OrderCancellationRequested', 'OrderCancelled'],
      'cancelled',
    ]));
});
