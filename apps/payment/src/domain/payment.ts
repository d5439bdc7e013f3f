import { subtract, type Money, type OrderId, type PaymentId, type UserId } from '@tradewind/kernel';

interface Named {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
}

interface Asked extends Named {
  readonly userId: UserId;
  /** What the order costs. */
  readonly due: Money;
  readonly method: string;
  readonly requestedAt: Date;
}

/** What the provider has taken. Always: 0 ≤ refunded ≤ captured, and goodwill is a part of refunded. */
export interface Captured {
  readonly captured: Money;
  /** The provider's own name of the take. */
  readonly reference: string;
  readonly takenAt: Date;
  /** Everything given back, out of goodwill or in full. */
  readonly refunded: Money;
  readonly goodwill: Money;
  /** Promised out of goodwill, and not given yet. */
  readonly goodwillPending: Money;
}

interface Uncaptured {
  readonly captured?: undefined;
}

/** The provider is being asked, and has not settled it. */
export type RequestedPayment = Asked & { readonly status: 'requested' };
export type TakenPayment = Asked & Captured & { readonly status: 'taken' };
export type DeclinedPayment = Asked & {
  readonly status: 'declined';
  readonly reason: string;
  readonly declinedAt: Date;
};
/** Everything is to be given back. Uncaptured while nobody knows yet whether the take has happened. */
export type RefundingPayment = Asked &
  (Captured | Uncaptured) & { readonly status: 'refunding'; readonly refundStartedAt: Date };
export type RefundedPayment = Asked &
  Captured & { readonly status: 'refunded'; readonly refundStartedAt: Date; readonly refundedAt: Date };
/** Nothing was taken and nothing will be. It knows no more than its order where the undo came before the take. */
export type VoidPayment = Named &
  Partial<Omit<Asked, keyof Named>> & {
    readonly status: 'void';
    readonly refundStartedAt?: Date;
    readonly voidedAt: Date;
  };

/** The money of one order. */
export type Payment =
  RequestedPayment | TakenPayment | DeclinedPayment | RefundingPayment | RefundedPayment | VoidPayment;

/** What is still held: a full refund gives so much back. */
export const heldOf = ({ captured, refunded }: Pick<Captured, 'captured' | 'refunded'>): Money =>
  subtract(captured, refunded);

/** How long one call to the provider may take, in milliseconds. */
export const answerWithin = 5_000;

/** The call that was to take the money has ended without an answer by now: to look what became of it is worth a call. */
export const isOverdue = (payment: RequestedPayment, now: Date): boolean =>
  now.getTime() - payment.requestedAt.getTime() > answerWithin;
