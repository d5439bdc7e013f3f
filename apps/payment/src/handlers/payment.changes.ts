import {
  GoodwillFailed,
  GoodwillRefunded,
  GoodwillStarted,
  PaymentDeclined,
  PaymentRefunded,
  PaymentStarted,
  PaymentTaken,
  RefundStarted,
} from '@tradewind/contracts';
import { insert, nothing, schedule, save, publish, type Decision, type Rows } from '@tradewind/messaging';
import { entryOf } from '../domain/ledger.js';
import { takeKey } from '../domain/operation-keys.js';
import type { Payment } from '../domain/payment.js';
import { applyEvent, type PaymentEvent, type PaymentChange } from '../domain/payment-event.js';
import type { Refund } from '../domain/refund.js';
import { LedgerEntries, Payments, Refunds } from '../storage/payment.tables.js';

interface LoadedRows {
  readonly payments: Rows<Payment>;
  readonly refunds?: Rows<Refund>;
  readonly cause: string;
}

/** Saves the rows that events change, publishes the events and schedules their effects. An event that repeats an earlier reply is only published. */
export function recordEvents(events: readonly PaymentEvent[], { payments, refunds, cause }: LoadedRows): Decision {
  let [payment] = payments.all();
  const [refund] = refunds?.all() ?? [];
  let decision = nothing();
  for (const event of events) {
    const change = applyEvent(payment, refund, event);
    if (change) {
      decision = decision.and(saveChange(change, event, cause)).and(scheduleEffect(event));
      payment = change.payment;
    }
    decision = decision.and(publishEvent(event));
  }
  return decision;
}

function saveChange(
  { payment, refund, postings }: PaymentChange,
  { what, orderId, at }: PaymentEvent,
  cause: string,
): Decision {
  const saveRefund = what === 'goodwill-started' ? insert : save;
  return save(Payments, payment)
    .and(refund ? saveRefund(Refunds, refund) : nothing())
    .and(insert(LedgerEntries, ...postings.map((posting) => entryOf(posting, orderId, cause, at))));
}

/**
 * All refunds of an order share one effect key, so goodwill is settled before a later full refund. A take has another key, so its
 * compensation never waits for a provider that does not answer.
 */
function scheduleEffect(event: PaymentEvent): Decision {
  const { orderId } = event;
  switch (event.what) {
    case 'started':
      return schedule('payment.take', takeKey(orderId), { orderId });
    case 'refund-started':
      return schedule('payment.refund', orderId, { orderId });
    case 'goodwill-started':
      return schedule('payment.goodwill', orderId, { orderId, refundId: event.refundId, amount: event.amount });
    default:
      return nothing();
  }
}

function publishEvent(event: PaymentEvent): Decision {
  const ids = { orderId: event.orderId, paymentId: event.paymentId };
  const at = event.at.toISOString();
  switch (event.what) {
    case 'started':
      return publish(PaymentStarted, {
        ...ids,
        userId: event.userId,
        amount: event.amount,
        method: event.method,
        startedAt: at,
      });
    case 'taken':
      return publish(PaymentTaken, { ...ids, amount: event.amount, reference: event.reference, takenAt: at });
    case 'declined':
      return publish(PaymentDeclined, { ...ids, reason: event.reason, declinedAt: at });
    case 'refund-started':
      return publish(RefundStarted, { ...ids, startedAt: at });
    case 'refunded':
      return publish(PaymentRefunded, { ...ids, amount: event.amount, refundedAt: at });
    case 'goodwill-started': {
      const { what: _, at: startedAt, ...granted } = event;
      return publish(GoodwillStarted, { ...granted, startedAt: startedAt.toISOString() });
    }
    case 'goodwill-refunded':
      return publish(GoodwillRefunded, {
        ...ids,
        refundId: event.refundId,
        amount: event.amount,
        reference: event.reference,
        refundedAt: at,
      });
    case 'goodwill-failed':
      return publish(GoodwillFailed, { ...ids, refundId: event.refundId, amount: event.amount, failedAt: at });
  }
}
