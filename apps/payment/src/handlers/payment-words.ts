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
import { insert, nothing, perform, save, say, type Decision, type Rows } from '@tradewind/messaging';
import { entryOf } from '../domain/ledger.js';
import { takeKey } from '../domain/operation-keys.js';
import type { Payment } from '../domain/payment.js';
import { turnOf, type PaymentEvent, type Turn } from '../domain/payment-event.js';
import type { Refund } from '../domain/refund.js';
import { LedgerEntries, Payments, Refunds } from '../storage/payment.tables.js';

interface Given {
  readonly payments: Rows<Payment>;
  readonly refunds?: Rows<Refund>;
  readonly cause: string;
}

/** Keeps what events make of the rows, says them, and wishes for what the provider is to be asked; an event that repeats an earlier answer is only said. */
export function keep(events: readonly PaymentEvent[], { payments, refunds, cause }: Given): Decision {
  let [payment] = payments.all();
  const [refund] = refunds?.all() ?? [];
  let decision = nothing();
  for (const event of events) {
    const turn = turnOf(payment, refund, event);
    if (turn) {
      decision = decision.and(rowsOf(turn, event, cause)).and(wishOf(event));
      payment = turn.payment;
    }
    decision = decision.and(tell(event));
  }
  return decision;
}

function rowsOf({ payment, refund, postings }: Turn, { what, orderId, at }: PaymentEvent, cause: string): Decision {
  const kept = what === 'goodwill-started' ? insert : save;
  return save(Payments, payment)
    .and(refund ? kept(Refunds, refund) : nothing())
    .and(insert(LedgerEntries, ...postings.map((posting) => entryOf(posting, orderId, cause, at))));
}

/**
 * What gives money back has one key an order: goodwill that was granted before everything is given back is settled before.
 * A take has another, so that its undo never waits for a provider that does not answer.
 */
function wishOf(event: PaymentEvent): Decision {
  const { orderId } = event;
  switch (event.what) {
    case 'started':
      return perform('payment.take', takeKey(orderId), { orderId });
    case 'refund-started':
      return perform('payment.give-back', orderId, { orderId });
    case 'goodwill-started':
      return perform('payment.goodwill', orderId, { orderId, refundId: event.refundId, amount: event.amount });
    default:
      return nothing();
  }
}

/** An event as the message that others hear. */
function tell(event: PaymentEvent): Decision {
  const of = { orderId: event.orderId, paymentId: event.paymentId };
  const at = event.at.toISOString();
  switch (event.what) {
    case 'started':
      return say(PaymentStarted, {
        ...of,
        userId: event.userId,
        amount: event.amount,
        method: event.method,
        startedAt: at,
      });
    case 'taken':
      return say(PaymentTaken, { ...of, amount: event.amount, reference: event.reference, takenAt: at });
    case 'declined':
      return say(PaymentDeclined, { ...of, reason: event.reason, declinedAt: at });
    case 'refund-started':
      return say(RefundStarted, { ...of, startedAt: at });
    case 'refunded':
      return say(PaymentRefunded, { ...of, amount: event.amount, refundedAt: at });
    case 'goodwill-started': {
      const { what: _, at: startedAt, ...granted } = event;
      return say(GoodwillStarted, { ...granted, startedAt: startedAt.toISOString() });
    }
    case 'goodwill-refunded':
      return say(GoodwillRefunded, {
        ...of,
        refundId: event.refundId,
        amount: event.amount,
        reference: event.reference,
        refundedAt: at,
      });
    case 'goodwill-failed':
      return say(GoodwillFailed, { ...of, refundId: event.refundId, amount: event.amount, failedAt: at });
  }
}
