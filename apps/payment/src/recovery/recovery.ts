import { GoodwillStarted, PaymentStarted, RefundStarted } from '@tradewind/contracts';
import type { EffectRow, Recovery, Published } from '@tradewind/operations';
import { takeKey } from '../domain/operation-keys.js';
import { pendingCallsOf, type PendingCall, type RecoveredRows } from '../domain/recover-payments.js';
import { answeredRefunds } from '../http/grant-goodwill.idempotency.js';
import { paymentsFromEvents, type CausedMessage } from './payments-from-events.js';
import { LedgerEntries, Payments, Refunds } from '../storage/payment.tables.js';

const rowsOf = (published: Iterable<Published>): RecoveredRows => paymentsFromEvents(withCauses(published));

function* withCauses(published: Iterable<Published>): Generator<CausedMessage> {
  for (const { message, envelope } of published) yield { message, causation: envelope.causation ?? envelope.id };
}

/**
 * Recovers payments, refunds, ledger, answered requests and pending provider calls from the published messages. A repeated provider
 * call is harmless because its key is the same. Recorded webhook events and requests for an approval are in no event: they come from a backup.
 */
export const recovery: Recovery = {
  rows: (published) => {
    const { payments, refunds, ledger } = rowsOf(published);
    return [
      [Payments, payments.values()],
      [Refunds, refunds.values()],
      [LedgerEntries, ledger],
    ];
  },
  answers: answeredRefunds,
  pendingEffects: (published) => {
    const pending = new Map(
      pendingCallsOf(rowsOf(published)).map((call) => [
        call.operation === 'goodwill' ? `goodwill ${call.refund.refundId}` : `${call.operation} ${call.orderId}`,
        call,
      ]),
    );
    const causes = new Map<string, Published>();
    for (const each of published) {
      const name = callCausedBy(each.message);
      if (name !== undefined && pending.has(name)) causes.set(name, each);
    }
    return [...pending].map(([name, call]) => effectOf(call, causes.get(name)!));
  },
  backup: ['webhook_events', 'refund_requests'],
};

/** Names the provider call that a message causes. */
function callCausedBy(message: object): string | undefined {
  if (message instanceof GoodwillStarted) return `goodwill ${message.refundId}`;
  if (message instanceof PaymentStarted) return `take ${message.orderId}`;
  return message instanceof RefundStarted ? `refund ${message.orderId}` : undefined;
}

/** The effect gets the id of the message that caused it, so a repeated recovery gives the same effect. */
function effectOf(call: PendingCall, { envelope: { id, causation = id, correlation } }: Published): EffectRow {
  const { orderId } = call;
  const ids = { id, cause: causation, correlation: correlation ?? orderId };
  switch (call.operation) {
    case 'take':
      return { ...ids, name: 'payment.take', key: takeKey(orderId), payload: { orderId } };
    case 'refund':
      return { ...ids, name: 'payment.refund', key: orderId, payload: { orderId } };
    case 'goodwill': {
      const { refundId, amount } = call.refund;
      return { ...ids, name: 'payment.goodwill', key: orderId, payload: { orderId, refundId, amount } };
    }
  }
}
