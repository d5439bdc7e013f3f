import { describe, expect, it } from '@jest/globals';
import { makeMessage } from '@tradewind/messaging/contract';
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
  sound,
} from '../../test/an-order.fixture.spec.js';
import { cancel, changeAddress, eraseAddress, recordGoodwill, requestCancellation } from '../domain/order.js';
import { tell, told } from './tell.js';

const pending = aPendingOrder();
const confirmed = aConfirmedOrder();

describe('what happens to an order', () => {
  it.each([
    ['OrderPlaced', undefined, pending, { total: money(1530, 'GBP'), placedAt: noon.toISOString() }],
    [
      'OrderAddressChanged',
      pending,
      sound(changeAddress(pending, aSealedText(), later)),
      { shippingAddress: aSealedText() },
    ],
    ['OrderAddressChanged', confirmed, eraseAddress(confirmed, later), { changedAt: later.toISOString() }],
    ['OrderConfirmed', pending, confirmed, { confirmedAt: noon.toISOString() }],
    ['OrderRejected', pending, aRejectedOrder(), { reason: 'out-of-stock' }],
    ['OrderCancellationRequested', pending, anOrderBeingCancelled(), { requestedAt: noon.toISOString() }],
    ['OrderCancelled', anOrderBeingCancelled(), sound(cancel(anOrderBeingCancelled(), later)), { wasConfirmed: false }],
    [
      'OrderCancelled',
      sound(requestCancellation(confirmed, noon)),
      sound(cancel(sound(requestCancellation(confirmed, noon)), later)),
      { wasConfirmed: true },
    ],
    [
      'OrderGoodwillRecorded',
      confirmed,
      recordGoodwill(confirmed, anId(50), money(5, 'GBP'), later),
      { amount: money(5, 'GBP') },
    ],
  ])('is told as one sound %s', (name, before, after, fields) => {
    const [word, ...rest] = told(before, after);
    expect([word!.cls.name, rest]).toEqual([name, []]);
    expect(makeMessage(word!.cls, word!.fields)).toEqual(expect.objectContaining(fields));
  });
  it('is told with what it was accepted with', () =>
    expect(told(undefined, pending, { keyHash: 'a'.repeat(64), bodyHash: 'b'.repeat(64) })[0]!.fields).toEqual(
      expect.objectContaining({ keyHash: 'a'.repeat(64) }),
    ));
  it('is not told again when nothing has changed', () => expect(told(confirmed, confirmed)).toEqual([]));
});

describe('a refusal inside a saga', () => {
  it('is a fault that names the order', () =>
    expect(() => tell(pending, cancel(pending, later))).toThrow(`the order ${pending.orderId} refuses`));
});
