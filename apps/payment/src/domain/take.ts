import type { DeclineReason, OrderId, PaymentId, UserId } from '@tradewind/contracts/ids';
import { sameMoney, type Money } from '@tradewind/kernel';
import type { Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';

export interface TakeCommand {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly amount: Money;
  readonly method: string;
}

/** The final outcome of a take at the provider. `voided`: it has not happened and never will. */
export type TakeOutcome =
  | { readonly status: 'taken'; readonly reference: string; readonly amount: Money }
  | { readonly status: 'declined'; readonly reason: DeclineReason }
  | { readonly status: 'voided' };

/** A repeated command gets the known reply again; after the compensation it does nothing. */
export function take(
  { orderId, ...request }: TakeCommand,
  current: Payment | undefined,
  now: Date,
  newId: () => PaymentId,
): PaymentEvent[] {
  if (!current) return [{ what: 'started', orderId, paymentId: newId(), ...request, at: now }];
  const { paymentId } = current;
  switch (current.status) {
    case 'requested':
      return [];
    case 'taken':
      return [
        {
          what: 'taken',
          orderId,
          paymentId,
          amount: current.captured,
          reference: current.reference,
          at: current.takenAt,
        },
      ];
    case 'declined':
      return [{ what: 'declined', orderId, paymentId, reason: current.reason, at: current.declinedAt }];
    case 'refunding':
      return [{ what: 'declined', orderId, paymentId, reason: 'cancelled', at: current.refundStartedAt }];
    case 'refunded':
      return [{ what: 'declined', orderId, paymentId, reason: 'cancelled', at: current.refundedAt }];
    case 'void':
      return [{ what: 'declined', orderId, paymentId, reason: 'cancelled', at: current.voidedAt }];
  }
}

/** Applies the outcome of a take. A capture after the compensation started is recorded too, so that it is refunded. */
export function settleTake(current: Payment, outcome: TakeOutcome, now: Date): PaymentEvent[] {
  const { orderId, paymentId } = current;
  const isPending = current.status === 'requested';
  if (outcome.status === 'taken') {
    const { amount, reference } = outcome;
    // Another amount than the order's is not its payment. The compensation finds and refunds it.
    const isExpected = isPending ? sameMoney(amount, current.due) : current.status === 'refunding' && !current.captured;
    return isExpected ? [{ what: 'taken', orderId, paymentId, amount, reference, at: now }] : [];
  }
  return isPending
    ? [
        {
          what: 'declined',
          orderId,
          paymentId,
          reason: outcome.status === 'declined' ? outcome.reason : 'voided',
          at: now,
        },
      ]
    : [];
}
