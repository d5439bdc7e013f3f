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
import type { Happening, PaymentEvent } from './domain/payment-event.js';
import { rebuild, type Caused, type Rows } from './domain/rebuild.js';

/** A message and the id of what caused it: `ce_causationid` of its record. */
export interface Told {
  readonly message: object;
  readonly causation: string;
}

/**
 * Payments, refunds and ledger from the messages of `payment.events` alone: what a lost database is brought back from.
 * Messages of one key come in their order, otherwise in any. Other messages are passed over.
 */
export const rebuildPayments = (records: Iterable<Told>): Rows =>
  rebuild(
    [...records].flatMap(({ message, causation: cause }): Caused[] => {
      const event = eventOf(message);
      return event ? [{ event, cause }] : [];
    }),
  );

function eventOf(message: object): PaymentEvent | undefined {
  if (message instanceof PaymentStarted)
    return event(message, message.startedAt, {
      what: 'started',
      userId: message.userId,
      amount: message.amount,
      method: message.method,
    });
  if (message instanceof PaymentTaken)
    return event(message, message.takenAt, { what: 'taken', amount: message.amount, reference: message.reference });
  if (message instanceof PaymentDeclined)
    return event(message, message.declinedAt, { what: 'declined', reason: message.reason });
  if (message instanceof RefundStarted) return event(message, message.startedAt, { what: 'refund-started' });
  if (message instanceof PaymentRefunded)
    return event(message, message.refundedAt, { what: 'refunded', amount: message.amount });
  if (message instanceof GoodwillRefunded) {
    const { refundId, amount, reference } = message;
    return event(message, message.refundedAt, { what: 'goodwill-refunded', refundId, amount, reference });
  }
  if (message instanceof GoodwillFailed)
    return event(message, message.failedAt, {
      what: 'goodwill-failed',
      refundId: message.refundId,
      amount: message.amount,
    });
  if (message instanceof GoodwillStarted) {
    const { orderId: _, paymentId: __, startedAt, ...granted } = message;
    return event(message, startedAt, { what: 'goodwill-started', ...granted });
  }
  return undefined;
}

const event = (
  { orderId, paymentId }: Pick<PaymentEvent, 'orderId' | 'paymentId'>,
  at: string,
  happening: Happening,
): PaymentEvent => ({
  orderId,
  paymentId,
  at: new Date(at),
  ...happening,
});
