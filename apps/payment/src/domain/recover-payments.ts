import type { OrderId } from '@tradewind/contracts/ids';
import { entryOf, type LedgerEntry } from './ledger.js';
import type { Payment } from './payment.js';
import { applyEvent, type PaymentEvent } from './payment-event.js';
import type { Refund } from './refund.js';

/** An event and its cause: the id of the command, or of the effect that got the provider's answer. */
export interface CausedEvent {
  readonly event: PaymentEvent;
  readonly cause: string;
}

export interface RecoveredRows {
  readonly payments: ReadonlyMap<OrderId, Payment>;
  readonly refunds: ReadonlyMap<string, Refund>;
  readonly ledger: readonly LedgerEntry[];
}

export const refundIdOf = (event: PaymentEvent): string | undefined =>
  'refundId' in event ? event.refundId : undefined;

/** Recovers every row of the service from its events alone. The events of one order must be in their original order; orders may be interleaved. */
export function recoverPayments(events: Iterable<CausedEvent>): RecoveredRows {
  const payments = new Map<OrderId, Payment>();
  const refunds = new Map<string, Refund>();
  const ledger: LedgerEntry[] = [];
  for (const { event, cause } of events) {
    const { orderId, at } = event;
    const change = applyEvent(payments.get(orderId), refunds.get(refundIdOf(event) ?? ''), event);
    if (!change) continue;
    payments.set(orderId, change.payment);
    if (change.refund) refunds.set(change.refund.refundId, change.refund);
    ledger.push(...change.postings.map((posting) => entryOf(posting, orderId, cause, at)));
  }
  return { payments, refunds, ledger };
}

/** A provider call that is still needed, because a row has no outcome yet. */
export type PendingCall =
  | { readonly operation: 'take' | 'refund'; readonly orderId: OrderId }
  | { readonly operation: 'goodwill'; readonly orderId: OrderId; readonly refund: Refund };

/** Goodwill first: it must be settled before the full refund of the same order. */
export const pendingCallsOf = ({ payments, refunds }: RecoveredRows): PendingCall[] => [
  ...[...refunds.values()]
    .filter(({ status }) => status === 'started')
    .map((refund) => ({ operation: 'goodwill', orderId: refund.orderId, refund }) as const),
  ...[...payments.values()]
    .filter(({ status }) => status === 'requested')
    .map(({ orderId }) => ({ operation: 'take', orderId }) as const),
  ...[...payments.values()]
    .filter(({ status }) => status === 'refunding')
    .map(({ orderId }) => ({ operation: 'refund', orderId }) as const),
];
