import type { OrderId } from '@tradewind/kernel';
import { entryOf, type LedgerEntry } from './ledger.js';
import type { Payment } from './payment.js';
import { turnOf, type PaymentEvent } from './payment-event.js';
import type { Refund } from './refund.js';

/** An event and what made the service say it: the id of the command, or of the effect that brought the provider's answer. */
export interface Caused {
  readonly event: PaymentEvent;
  readonly cause: string;
}

export interface Rows {
  readonly payments: ReadonlyMap<OrderId, Payment>;
  readonly refunds: ReadonlyMap<string, Refund>;
  readonly ledger: readonly LedgerEntry[];
}

export const refundIdOf = (event: PaymentEvent): string | undefined =>
  'refundId' in event ? event.refundId : undefined;

/** Every row of the service from its events alone. The events of one order come in their own order, otherwise in any. */
export function rebuild(events: Iterable<Caused>): Rows {
  const payments = new Map<OrderId, Payment>();
  const refunds = new Map<string, Refund>();
  const ledger: LedgerEntry[] = [];
  for (const { event, cause } of events) {
    const { orderId, at } = event;
    const turn = turnOf(payments.get(orderId), refunds.get(refundIdOf(event) ?? ''), event);
    if (!turn) continue;
    payments.set(orderId, turn.payment);
    if (turn.refund) refunds.set(turn.refund.refundId, turn.refund);
    ledger.push(...turn.postings.map((posting) => entryOf(posting, orderId, cause, at)));
  }
  return { payments, refunds, ledger };
}

/** What the provider still has to be asked, in this order: rows that nobody has settled wait for it. */
export type Owed =
  | { readonly ask: 'take' | 'refund'; readonly orderId: OrderId }
  | { readonly ask: 'goodwill'; readonly orderId: OrderId; readonly refund: Refund };

export const owedOf = ({ payments, refunds }: Rows): Owed[] => [
  ...[...refunds.values()]
    .filter(({ status }) => status === 'started')
    .map((refund) => ({ ask: 'goodwill', orderId: refund.orderId, refund }) as const),
  ...[...payments.values()]
    .filter(({ status }) => status === 'requested')
    .map(({ orderId }) => ({ ask: 'take', orderId }) as const),
  ...[...payments.values()]
    .filter(({ status }) => status === 'refunding')
    .map(({ orderId }) => ({ ask: 'refund', orderId }) as const),
];
