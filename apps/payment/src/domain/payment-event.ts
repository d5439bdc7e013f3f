import type { DeclineReason, OrderId, PaymentId, RefundReason, UserId } from '@tradewind/contracts/ids';
import { add, money, subtract, type Money } from '@tradewind/kernel';
import { postFullRefund, postGoodwill, postTake, type Posting } from './ledger.js';
import type { Captured, Payment } from './payment.js';
import type { Refund } from './refund.js';

export interface Started {
  readonly what: 'started';
  readonly userId: UserId;
  readonly amount: Money;
  readonly method: string;
}

export interface GoodwillStarted {
  readonly what: 'goodwill-started';
  readonly refundId: string;
  readonly amount: Money;
  readonly reason: RefundReason;
  readonly grantedBy: UserId;
  readonly keyHash?: string;
  readonly bodyHash?: string;
}

export type PaymentEventData =
  | Started
  | { readonly what: 'taken'; readonly amount: Money; readonly reference: string }
  | { readonly what: 'declined'; readonly reason: DeclineReason }
  | { readonly what: 'refund-started' }
  | { readonly what: 'refunded'; readonly amount: Money }
  | GoodwillStarted
  | {
      readonly what: 'goodwill-refunded';
      readonly refundId: string;
      readonly amount: Money;
      readonly reference: string;
    }
  | { readonly what: 'goodwill-failed'; readonly refundId: string; readonly amount: Money };

/** A change of an order's payment. Decisions create events; rows change only by events, in handlers and in recovery alike. */
export type PaymentEvent = {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  readonly at: Date;
} & PaymentEventData;

/** The rows after an event, and its ledger postings. */
export interface PaymentChange {
  readonly payment: Payment;
  readonly refund?: Refund;
  readonly postings: readonly Posting[];
}

/** The change that an event makes to a payment and, if concerned, a refund; undefined if the event repeats what is known. */
export function applyEvent(
  current: Payment | undefined,
  refund: Refund | undefined,
  event: PaymentEvent,
): PaymentChange | undefined {
  const { orderId, paymentId, at } = event;
  switch (event.what) {
    case 'started': {
      if (current) return undefined;
      const { userId, amount, method } = event;
      return {
        payment: { status: 'requested', orderId, paymentId, userId, due: amount, method, requestedAt: at },
        postings: [],
      };
    }
    case 'taken': {
      const captured = capture(event.amount, event.reference, at);
      if (current?.status === 'requested')
        return { payment: { ...current, ...captured, status: 'taken' }, postings: postTake(orderId, event.amount) };
      if (current?.status !== 'refunding' || current.captured) return undefined;
      return { payment: { ...current, ...captured }, postings: postTake(orderId, event.amount) };
    }
    case 'declined':
      return current?.status === 'requested'
        ? { payment: { ...current, status: 'declined', reason: event.reason, declinedAt: at }, postings: [] }
        : undefined;
    case 'refund-started':
      if (current?.status !== 'requested' && current?.status !== 'taken') return undefined;
      return { payment: { ...current, status: 'refunding', refundStartedAt: at }, postings: [] };
    case 'refunded': {
      if (!current) return { payment: { status: 'void', orderId, paymentId, voidedAt: at }, postings: [] };
      if (current.status !== 'refunding') return undefined;
      if (!current.captured) return { payment: { ...current, status: 'void', voidedAt: at }, postings: [] };
      const payment: Payment = {
        ...current,
        status: 'refunded',
        refunded: add(current.refunded, event.amount),
        refundedAt: at,
      };
      return { payment, postings: postFullRefund(orderId, current, event.amount) };
    }
    case 'goodwill-started': {
      if (current?.status !== 'taken' || refund) return undefined;
      const { what: _, at: startedAt, ...granted } = event;
      const payment: Payment = { ...current, goodwillPending: add(current.goodwillPending, event.amount) };
      return { payment, refund: { status: 'started', ...granted, startedAt }, postings: [] };
    }
    case 'goodwill-refunded': {
      if (!isCaptured(current) || refund?.status !== 'started') return undefined;
      const totals = { refunded: add(current.refunded, event.amount), goodwill: add(current.goodwill, event.amount) };
      return {
        payment: { ...current, ...totals, goodwillPending: subtract(current.goodwillPending, event.amount) },
        refund: { ...refund, status: 'given', reference: event.reference, givenAt: at },
        postings: postGoodwill(orderId, event.refundId, event.amount),
      };
    }
    case 'goodwill-failed': {
      if (!isCaptured(current) || refund?.status !== 'started') return undefined;
      const payment: Payment = { ...current, goodwillPending: subtract(current.goodwillPending, event.amount) };
      return { payment, refund: { ...refund, status: 'failed', failedAt: at }, postings: [] };
    }
  }
}

type CapturedPayment = Extract<Payment, Captured>;

const isCaptured = (payment: Payment | undefined): payment is CapturedPayment =>
  payment !== undefined && 'captured' in payment && payment.captured !== undefined;

const capture = (captured: Money, reference: string, takenAt: Date): Captured => {
  const zero = money(0, captured.currency);
  return { captured, reference, takenAt, refunded: zero, goodwill: zero, goodwillPending: zero };
};
