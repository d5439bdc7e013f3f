import type { UserId } from '@tradewind/contracts/ids';
import { add, isRejection, rejection, type Money } from '@tradewind/kernel';
import { grant, type Goodwill, type moreThanHeld, type notTaken } from './goodwill.js';
import type { Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';

interface Requested extends Pick<Goodwill, 'amount' | 'reason'> {
  /** Of the refund too, once it is approved. */
  readonly refundId: string;
  readonly paymentId: Payment['paymentId'];
  readonly orderId: Payment['orderId'];
  readonly requestedBy: UserId;
  readonly requestedAt: Date;
  /** Nothing is approved from then on. */
  readonly expiresAt: Date;
}

interface Decided {
  readonly decidedBy: UserId;
  readonly decidedAt: Date;
}

/** A refund above the limit, which a second person must approve. No money moves, and none is held for it, before that. */
export type RefundRequest =
  | (Requested & { readonly status: 'awaiting-approval' })
  | (Requested & Decided & { readonly status: 'approved' })
  | (Requested & Decided & { readonly status: 'rejected' });

export const unknownRequest = rejection('unknown-request');
export const ownRequest = rejection('own-request');
export const requestExpired = rejection('request-expired');
export const requestRejected = rejection('request-rejected');
export const requestApproved = rejection('request-approved');

/** The highest sums by currency that one person may refund. In a currency without a limit every refund needs a second person. */
export type ApprovalLimits = ReadonlyMap<string, number>;

/**
 * Whether a second person must approve the refund. All refunds of the payment out of goodwill count together: several small ones are not a way around the
 * limit. Without limits nothing needs an approval.
 */
export function needsApproval(limits: ApprovalLimits | undefined, amount: Money, payment: Payment): boolean {
  if (!limits || payment.status !== 'taken' || amount.currency !== payment.due.currency) return false;
  const { amount: total } = add(amount, add(payment.goodwill, payment.goodwillPending));
  return total > (limits.get(amount.currency) ?? -1);
}

/**
 * Approves and grants the refund, if it still fits what is left of the payment. The person who requested it cannot approve it. Approving twice changes nothing: the
 * second answer has no event.
 */
export function approve(
  request: RefundRequest | undefined,
  payment: Payment | undefined,
  decidedBy: UserId,
  now: Date,
):
  | { readonly request: RefundRequest; readonly event?: PaymentEvent }
  | typeof unknownRequest
  | typeof ownRequest
  | typeof requestExpired
  | typeof requestRejected
  | typeof notTaken
  | typeof moreThanHeld {
  if (!request || !payment) return unknownRequest;
  if (request.requestedBy === decidedBy) return ownRequest;
  if (request.status === 'rejected') return requestRejected;
  if (request.status === 'approved') return { request };
  if (now >= request.expiresAt) return requestExpired;
  const { amount, reason, refundId, requestedBy } = request;
  const event = grant({ amount, reason, grantedBy: requestedBy }, payment, refundId, now);
  if (isRejection(event)) return event;
  return { request: { ...request, status: 'approved', decidedBy, decidedAt: now }, event };
}

/** Rejects the refund, or takes the own request back. Rejecting twice changes nothing. */
export function reject(
  request: RefundRequest | undefined,
  decidedBy: UserId,
  now: Date,
): RefundRequest | typeof unknownRequest | typeof requestApproved {
  if (!request) return unknownRequest;
  if (request.status === 'approved') return requestApproved;
  return request.status === 'rejected' ? request : { ...request, status: 'rejected', decidedBy, decidedAt: now };
}
