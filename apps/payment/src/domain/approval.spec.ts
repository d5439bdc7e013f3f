import { describe, expect, it } from '@jest/globals';
import { orderId, paymentId, userId } from '@tradewind/contracts/ids';
import { isRejection, money } from '@tradewind/kernel';
import {
  approve,
  needsApproval,
  ownRequest,
  reject,
  requestApproved,
  requestExpired,
  requestRejected,
  unknownRequest,
  type RefundRequest,
} from './approval.js';
import { moreThanHeld, notTaken } from './goodwill.js';
import type { TakenPayment } from './payment.js';

const pounds = (amount: number) => money(amount, 'GBP');
const [sam, eve, id] = ['1', '2', '3'].map((last) => userId(`01991234-5678-7000-8000-00000000000${last}`)) as [
  ReturnType<typeof userId>,
  ReturnType<typeof userId>,
  ReturnType<typeof userId>,
];
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const payment: TakenPayment = {
  status: 'taken',
  orderId: orderId(id),
  paymentId: paymentId(id),
  userId: eve,
  due: pounds(10_000),
  method: 'sim_ok',
  requestedAt: monday,
  captured: pounds(10_000),
  reference: 'r',
  takenAt: monday,
  refunded: pounds(0),
  goodwill: pounds(0),
  goodwillPending: pounds(0),
};
const waiting: RefundRequest = {
  status: 'awaiting-approval',
  refundId: id,
  paymentId: payment.paymentId,
  orderId: payment.orderId,
  amount: pounds(6_000),
  reason: 'damaged',
  requestedBy: sam,
  requestedAt: monday,
  expiresAt: tuesday,
};
const limits = new Map([['GBP', 5_000]]);

describe('a refund', () => {
  it.each([
    [5_000, false],
    [5_001, true],
  ])('of %d with a limit of 5,000 needs a second person: %s', (amount, expected) =>
    expect(needsApproval(limits, pounds(amount), payment)).toBe(expected),
  );
  it('counts together with all earlier ones of its payment', () => {
    const refunded = { ...payment, goodwill: pounds(2_000), goodwillPending: pounds(2_000) };
    expect(needsApproval(limits, pounds(1_000), refunded)).toBe(false);
    expect(needsApproval(limits, pounds(1_001), refunded)).toBe(true);
  });
  it('in a currency without a limit always needs one', () =>
    expect(needsApproval(new Map([['EUR', 5_000]]), pounds(1), payment)).toBe(true));
  it('needs none where nothing is limited', () => expect(needsApproval(undefined, pounds(9_999), payment)).toBe(false));
  it('that cannot be granted anyway is not asked about', () =>
    expect(needsApproval(limits, pounds(9_999), { ...payment, status: 'declined' } as never)).toBe(false));
});

describe('a refund that awaits approval', () => {
  const approved = approve(waiting, payment, eve, monday);
  it('is granted by a second person, in the name of who requested it', () =>
    expect(approved).toMatchObject({
      request: { status: 'approved', decidedBy: eve, decidedAt: monday },
      event: { what: 'goodwill-started', refundId: id, amount: pounds(6_000), grantedBy: sam },
    }));
  it('is not approved by who requested it, also not after another person did', () => {
    expect(approve(waiting, payment, sam, monday)).toEqual(ownRequest);
    if (isRejection(approved)) throw new TypeError('not approved');
    expect(approve(approved.request, payment, sam, monday)).toEqual(ownRequest);
  });
  it('is granted once, however often it is approved', () => {
    if (isRejection(approved)) throw new TypeError('not approved');
    expect(approve(approved.request, payment, eve, tuesday)).toEqual({ request: approved.request });
  });
  it('is not approved from the moment of its expiry', () => {
    expect(approve(waiting, payment, eve, tuesday)).toEqual(requestExpired);
    expect(approve(waiting, payment, eve, new Date(tuesday.getTime() - 1))).not.toEqual(requestExpired);
  });
  it('is not approved when less is left, or nothing is held any more', () => {
    expect(approve(waiting, { ...payment, refunded: pounds(4_001) }, eve, monday)).toEqual(moreThanHeld);
    expect(approve(waiting, { ...payment, status: 'refunding', refundStartedAt: monday }, eve, monday)).toEqual(
      notTaken,
    );
  });
  it('is rejected, also by who requested it, and then never approved', () => {
    const rejected = reject(waiting, sam, monday);
    expect(rejected).toMatchObject({ status: 'rejected', decidedBy: sam });
    expect(reject(rejected as RefundRequest, eve, tuesday)).toBe(rejected);
    expect(approve(rejected as RefundRequest, payment, eve, monday)).toEqual(requestRejected);
  });
  it('is not rejected after it was approved', () => {
    if (isRejection(approved)) throw new TypeError('not approved');
    expect(reject(approved.request, eve, monday)).toEqual(requestApproved);
  });
  it('is unknown where there is none', () => {
    expect(approve(undefined, payment, eve, monday)).toEqual(unknownRequest);
    expect(reject(undefined, eve, monday)).toEqual(unknownRequest);
  });
});
