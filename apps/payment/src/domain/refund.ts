import type { OrderId, PaymentId, RefundReason, UserId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';

interface Granted {
  readonly refundId: string;
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly reason: RefundReason;
  readonly grantedBy: UserId;
  /** Hashes of the granting request, if it had an idempotency key. */
  readonly keyHash?: string;
  readonly bodyHash?: string;
  readonly startedAt: Date;
}

/** A partial refund out of goodwill; the order stays confirmed. */
export type Refund =
  | (Granted & { readonly status: 'started' })
  | (Granted & { readonly status: 'given'; readonly reference: string; readonly givenAt: Date })
  | (Granted & { readonly status: 'failed'; readonly failedAt: Date });
