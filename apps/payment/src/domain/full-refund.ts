import type { OrderId, PaymentId } from '@tradewind/contracts/ids';
import { money, sameMoney, subtract, type Money } from '@tradewind/kernel';
import { heldOf, type Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';
import { settleTake, type TakeOutcome } from './take.js';

const shopCurrency = 'GBP';

/** Compensates a take, even one that arrives later or has no known outcome yet. A repeated command gets the same reply. */
export function startFullRefund(
  orderId: OrderId,
  current: Payment | undefined,
  now: Date,
  newId: () => PaymentId,
): PaymentEvent[] {
  if (!current) return [{ what: 'refunded', orderId, paymentId: newId(), amount: money(0, shopCurrency), at: now }];
  const { paymentId } = current;
  const sameReply = (amount: Money, at: Date): PaymentEvent[] => [{ what: 'refunded', orderId, paymentId, amount, at }];
  switch (current.status) {
    case 'requested':
    case 'taken':
      return [{ what: 'refund-started', orderId, paymentId, at: now }];
    case 'refunding':
      return [];
    case 'declined':
      return sameReply(money(0, current.due.currency), current.declinedAt);
    case 'refunded':
      return sameReply(subtract(current.refunded, current.goodwill), current.refundedAt);
    case 'void':
      return sameReply(money(0, shopCurrency), current.voidedAt);
  }
}

/** The provider's result of a full refund. */
export interface FullRefundResult {
  /** The outcome of the take, if it was still unknown before. */
  readonly take?: TakeOutcome;
  readonly refunded: Money;
}

/** Everything held was refunded. Throws if the refunded amount differs from the held amount: the ledger would not balance. */
export function settleFullRefund(current: Payment, { take, refunded }: FullRefundResult, now: Date): PaymentEvent[] {
  if (current.status !== 'refunding') return [];
  const { orderId, paymentId } = current;
  const takeEvents = take ? settleTake(current, take, now) : [];
  const held = current.captured
    ? heldOf(current)
    : take?.status === 'taken'
      ? take.amount
      : money(0, current.due.currency);
  if (!sameMoney(held, refunded))
    throw new Error(`order ${orderId}: ${refunded.amount} was refunded, but ${held.amount} was held`);
  return [...takeEvents, { what: 'refunded', orderId, paymentId, amount: refunded, at: now }];
}
