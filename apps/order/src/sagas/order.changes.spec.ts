import { describe, expect, it } from '@jest/globals';
import { userId } from '@tradewind/contracts';
import { makeMessage } from '@tradewind/messaging/message';
import { money } from '@tradewind/kernel';
import {
  aConfirmedOrder,
  anId,
  anOrderBeingCancelled,
  aPendingOrder,
  aRejectedOrder,
  aSealedText,
  later,
  noon,
  accepted,
} from '../../test/an-order.fixture.spec.js';
import { cancel, changeAddress, eraseAddress, recordGoodwill, requestCancellation } from '../domain/order.js';
import { outcomeOf, eventsOf } from './order.changes.js';

const pending = aPendingOrder();
const confirmed = aConfirmedOrder();

describe('a change of an order', () => {
  it.each([
    ['OrderPlaced', undefined, pending, { total: money(1530, 'GBP'), placedAt: noon.toISOString() }],
    [
      'OrderAddressChanged',
      pending,
      accepted(changeAddress(pending, aSealedText(), later)),
      { shippingAddress: aSealedText() },
    ],
    ['OrderAddressChanged', confirmed, eraseAddress(confirmed, later), { changedAt: later.toISOString() }],
    ['OrderConfirmed', pending, confirmed, { confirmedAt: noon.toISOString() }],
    [
      'OrderRejected',
      pending,
      aRejectedOrder(),
      {
        reason: 'out-of-stock',
        shortages: [{ productId: pending.lines[0]!.productId, quantity: 6, available: 2 }],
        lines: pending.lines,
      },
    ],
    ['OrderCancellationRequested', pending, anOrderBeingCancelled(), { requestedAt: noon.toISOString() }],
    [
      'OrderCancellationRequested',
      pending,
      accepted(requestCancellation({ ...pending, cancelledBy: { staffId: userId(anId(9)), reason: 'other' } }, noon)),
      { staffId: anId(9), reason: 'other' },
    ],
    [
      'OrderCancelled',
      anOrderBeingCancelled(),
      accepted(cancel(anOrderBeingCancelled(), later)),
      { wasConfirmed: false },
    ],
    [
      'OrderCancelled',
      accepted(requestCancellation(confirmed, noon)),
      accepted(cancel(accepted(requestCancellation(confirmed, noon)), later)),
      { wasConfirmed: true },
    ],
    [
      'OrderGoodwillRecorded',
      confirmed,
      recordGoodwill(confirmed, anId(50), money(5, 'GBP'), later),
      { amount: money(5, 'GBP') },
    ],
  ])('is published as one valid %s', (name, before, after, fields) => {
    const [message, ...rest] = eventsOf(before, after);
    expect([message!.cls.name, rest]).toEqual([name, []]);
    expect(makeMessage(message!.cls, message!.fields)).toEqual(expect.objectContaining(fields));
  });
  it('is published with the hashes of its request', () =>
    expect(eventsOf(undefined, pending, { keyHash: 'a'.repeat(64), bodyHash: 'b'.repeat(64) })[0]!.fields).toEqual(
      expect.objectContaining({ keyHash: 'a'.repeat(64) }),
    ));
  it('publishes nothing when nothing has changed', () => expect(eventsOf(confirmed, confirmed)).toEqual([]));
});

describe('a rejection inside a saga', () => {
  it('throws an error that names the order', () =>
    expect(() => outcomeOf(pending, cancel(pending, later))).toThrow(`the order ${pending.orderId} rejects`));
});
