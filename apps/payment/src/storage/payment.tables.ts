import { table } from '@tradewind/messaging';
import type { RefundRequest } from '../domain/approval.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Payment } from '../domain/payment.js';
import type { Refund } from '../domain/refund.js';

export const Payments = table<Payment>('payments', 'orderId', {
  orderId: 'uuid',
  paymentId: 'uuid',
  status: 'text',
  userId: 'uuid',
  due: 'money',
  method: 'text',
  requestedAt: 'timestamptz',
  captured: 'money',
  reference: 'text',
  takenAt: 'timestamptz',
  refunded: 'money',
  goodwill: 'money',
  goodwillPending: 'money',
  reason: 'text',
  declinedAt: 'timestamptz',
  refundStartedAt: 'timestamptz',
  refundedAt: 'timestamptz',
  voidedAt: 'timestamptz',
});

export const Refunds = table<Refund>('refunds', 'refundId', {
  refundId: 'uuid',
  orderId: 'uuid',
  paymentId: 'uuid',
  status: 'text',
  amount: 'money',
  reason: 'text',
  grantedBy: 'uuid',
  keyHash: 'text',
  bodyHash: 'text',
  startedAt: 'timestamptz',
  reference: 'text',
  givenAt: 'timestamptz',
  failedAt: 'timestamptz',
});

/** Of a refund above the limit, also after it was decided. */
export const RefundRequests = table<RefundRequest>('refund_requests', 'refundId', {
  refundId: 'uuid',
  paymentId: 'uuid',
  orderId: 'uuid',
  status: 'text',
  amount: 'money',
  reason: 'text',
  requestedBy: 'uuid',
  requestedAt: 'timestamptz',
  expiresAt: 'timestamptz',
  decidedBy: 'uuid',
  decidedAt: 'timestamptz',
});

export const LedgerEntries = table<LedgerEntry>('ledger_entries', 'entryId', {
  entryId: 'text',
  orderId: 'uuid',
  operation: 'text',
  account: 'text',
  amount: 'int8',
  currency: 'text',
  cause: 'uuid',
  at: 'timestamptz',
});

/** A recorded webhook notification; each is recorded once. */
export interface WebhookEvent {
  /** `<provider>:<the provider's id>` */
  readonly eventId: string;
  readonly type: string;
  readonly operation: string;
  readonly receivedAt: Date;
}

export const WebhookEvents = table<WebhookEvent>('webhook_events', 'eventId', {
  eventId: 'text',
  type: 'text',
  operation: 'text',
  receivedAt: 'timestamptz',
});

/** Every transaction locks tables in this order. */
export const lockOrder = [WebhookEvents, RefundRequests, Payments, Refunds, LedgerEntries];
