import type { DeclineReason, OrderId, PaymentId, UserId } from '@tradewind/contracts/ids';
import { subtract, type Money } from '@tradewind/kernel';

interface Identified {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
}

interface Requested extends Identified {
  readonly userId: UserId;
  /** What the order costs. */
  readonly due: Money;
  readonly method: string;
  readonly requestedAt: Date;
}

/** What the provider has taken. Invariant: 0 ≤ refunded ≤ captured, and goodwill is a part of refunded. */
export interface Captured {
  readonly captured: Money;
  /** The provider's reference of the take. */
  readonly reference: string;
  readonly takenAt: Date;
  /** Everything refunded, out of goodwill or in full. */
  readonly refunded: Money;
  readonly goodwill: Money;
  /** Goodwill granted and not yet refunded by the provider. */
  readonly goodwillPending: Money;
}

interface Uncaptured {
  readonly captured?: undefined;
}

/** The take was requested; its outcome is not known yet. */
export type RequestedPayment = Requested & { readonly status: 'requested' };
export type TakenPayment = Requested & Captured & { readonly status: 'taken' };
export type DeclinedPayment = Requested & {
  readonly status: 'declined';
  readonly reason: DeclineReason;
  readonly declinedAt: Date;
};
/** A full refund is under way. Uncaptured while the outcome of the take is unknown. */
export type RefundingPayment = Requested &
  (Captured | Uncaptured) & { readonly status: 'refunding'; readonly refundStartedAt: Date };
export type RefundedPayment = Requested &
  Captured & { readonly status: 'refunded'; readonly refundStartedAt: Date; readonly refundedAt: Date };
/** Nothing was taken and nothing will be. Has only the ids if the compensation arrived before the take. */
export type VoidPayment = Identified &
  Partial<Omit<Requested, keyof Identified>> & {
    readonly status: 'void';
    readonly refundStartedAt?: Date;
    readonly voidedAt: Date;
  };

/** The money of one order. */
export type Payment =
  RequestedPayment | TakenPayment | DeclinedPayment | RefundingPayment | RefundedPayment | VoidPayment;

/** The amount still held: what a full refund returns. */
export const heldOf = ({ captured, refunded }: Pick<Captured, 'captured' | 'refunded'>): Money =>
  subtract(captured, refunded);

/** Timeout of one call to the provider, in milliseconds. */
export const answerTimeoutMs = 5_000;

/** The first take call has certainly timed out by now, so a look-up of its outcome is useful. */
export const isOverdue = (payment: RequestedPayment, now: Date): boolean =>
  now.getTime() - payment.requestedAt.getTime() > answerTimeoutMs;
