import type { RefundReason, UserId } from '@tradewind/contracts/ids';
import { rejection, subtract, type Money } from '@tradewind/kernel';
import { heldOf, type Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';
import type { Refund } from './refund.js';

export interface Goodwill {
  readonly amount: Money;
  readonly reason: RefundReason;
  readonly grantedBy: UserId;
  readonly keyHash?: string;
  readonly bodyHash?: string;
}

export const notTaken = rejection('payment-not-taken');
export const moreThanHeld = rejection('more-than-held');

/** Grants a partial refund of a taken payment, up to the amount that is held and not granted yet. */
export function grant(
  goodwill: Goodwill,
  current: Payment,
  refundId: string,
  now: Date,
): PaymentEvent | typeof notTaken | typeof moreThanHeld {
  if (current.status !== 'taken') return notTaken;
  const { orderId, paymentId } = current;
  const free = subtract(heldOf(current), current.goodwillPending);
  if (goodwill.amount.currency !== free.currency || goodwill.amount.amount > free.amount) return moreThanHeld;
  return { what: 'goodwill-started', orderId, paymentId, refundId, ...goodwill, at: now };
}

/** Applies the provider's answer: the reference of the refund, or undefined if the provider refuses it for good. */
export function settleGoodwill(
  { orderId, paymentId, refundId, amount, status }: Refund,
  reference: string | undefined,
  now: Date,
): PaymentEvent[] {
  if (status !== 'started') return [];
  const what =
    reference === undefined
      ? ({ what: 'goodwill-failed' } as const)
      : ({ what: 'goodwill-refunded', reference } as const);
  return [{ ...what, orderId, paymentId, refundId, amount, at: now }];
}
