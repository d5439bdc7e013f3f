import { sameMoney, type Money, type OrderId, type PaymentId, type UserId } from '@tradewind/kernel';
import type { Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';

export interface Ask {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly amount: Money;
  readonly method: string;
}

/** What the provider says of a take once it is settled. `voided`: it has not happened and never will. */
export type TakeOutcome =
  | { readonly status: 'taken'; readonly reference: string; readonly amount: Money }
  | { readonly status: 'declined'; readonly reason: string }
  | { readonly status: 'voided' };

/** Asked again, it answers the same as far as it is known; asked after its undo, it does nothing. */
export function take(
  { orderId, ...ask }: Ask,
  current: Payment | undefined,
  now: Date,
  newId: () => PaymentId,
): PaymentEvent[] {
  if (!current) return [{ what: 'started', orderId, paymentId: newId(), ...ask, at: now }];
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

/** The provider has settled the take. A capture that comes after its undo was wanted is kept all the same, to be given back. */
export function settleTake(current: Payment, outcome: TakeOutcome, now: Date): PaymentEvent[] {
  const { orderId, paymentId } = current;
  const waiting = current.status === 'requested';
  if (outcome.status === 'taken') {
    const { amount, reference } = outcome;
    // Another sum than the order's is not its payment. Its undo will find it, and give it back.
    const wanted = waiting ? sameMoney(amount, current.due) : current.status === 'refunding' && !current.captured;
    return wanted ? [{ what: 'taken', orderId, paymentId, amount, reference, at: now }] : [];
  }
  return waiting
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
