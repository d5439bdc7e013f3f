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
import type { PaymentEventData, PaymentEvent } from '../domain/payment-event.js';
import { recoverPayments, type CausedEvent, type RecoveredRows } from '../domain/recover-payments.js';

/** A message and its causation id: `ce_causationid` of its record. */
export interface CausedMessage {
  readonly message: object;
  readonly causation: string;
}

/**
 * Recovers payments, refunds and ledger from the messages of `payment.events` alone.
 * The messages of one key must be in their original order; keys may be interleaved. Other messages are ignored.
 */
export const paymentsFromEvents = (records: Iterable<CausedMessage>): RecoveredRows =>
  recoverPayments(
    [...records].flatMap(({ message, causation: cause }): CausedEvent[] => {
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
  data: PaymentEventData,
): PaymentEvent => ({
  orderId,
  paymentId,
  at: new Date(at),
  ...data,
});
