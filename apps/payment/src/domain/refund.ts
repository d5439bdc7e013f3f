import type { Money, OrderId, PaymentId, UserId } from '@tradewind/kernel';

interface Granted {
  readonly refundId: string;
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly reason: string;
  readonly grantedBy: UserId;
  /** Of the request that it was granted by, where that had an idempotency key. */
  readonly keyHash?: string;
  readonly bodyHash?: string;
  readonly startedAt: Date;
}

/** Part of the price, given back out of goodwill; the order stands. */
export type Refund =
  | (Granted & { readonly status: 'started' })
  | (Granted & { readonly status: 'given'; readonly reference: string; readonly givenAt: Date })
  | (Granted & { readonly status: 'failed'; readonly failedAt: Date });
