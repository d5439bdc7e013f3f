import {
  money,
  refusal,
  sameMoney,
  subtract,
  type Money,
  type OrderId,
  type PaymentId,
  type UserId,
} from '@tradewind/kernel';
import { heldOf, type Payment } from './payment.js';
import type { PaymentEvent } from './payment-event.js';
import type { Refund } from './refund.js';
import { settleTake, type TakeOutcome } from './take.js';

const shopCurrency = 'GBP';

/** The undo of a take, even of one that has not come yet or that nobody knows the end of. Asked again, it answers the same. */
export function giveBack(
  orderId: OrderId,
  current: Payment | undefined,
  now: Date,
  newId: () => PaymentId,
): PaymentEvent[] {
  if (!current) return [{ what: 'refunded', orderId, paymentId: newId(), amount: money(0, shopCurrency), at: now }];
  const { paymentId } = current;
  const again = (amount: Money, at: Date): PaymentEvent[] => [{ what: 'refunded', orderId, paymentId, amount, at }];
  switch (current.status) {
    case 'requested':
    case 'taken':
      return [{ what: 'refund-started', orderId, paymentId, at: now }];
    case 'refunding':
      return [];
    case 'declined':
      return again(money(0, current.due.currency), current.declinedAt);
    case 'refunded':
      return again(subtract(current.refunded, current.goodwill), current.refundedAt);
    case 'void':
      return again(money(0, shopCurrency), current.voidedAt);
  }
}

/** What giving everything back has come to. */
export interface GivenBack {
  /** How the take was settled for it, where it had not been. */
  readonly take?: TakeOutcome;
  readonly given: Money;
}

/** Everything held was given back. Throws where that is not what was held: nobody may close the books over a difference. */
export function settleGiveBack(current: Payment, { take, given }: GivenBack, now: Date): PaymentEvent[] {
  if (current.status !== 'refunding') return [];
  const { orderId, paymentId } = current;
  const late = take ? settleTake(current, take, now) : [];
  const held = current.captured
    ? heldOf(current)
    : take?.status === 'taken'
      ? take.amount
      : money(0, current.due.currency);
  if (!sameMoney(held, given))
    throw new Error(`order ${orderId}: ${given.amount} was given back, but ${held.amount} was held`);
  return [...late, { what: 'refunded', orderId, paymentId, amount: given, at: now }];
}

export interface Goodwill {
  readonly amount: Money;
  readonly reason: string;
  readonly grantedBy: UserId;
  readonly keyHash?: string;
  readonly bodyHash?: string;
}

export const notTaken = refusal('payment-not-taken');
export const moreThanHeld = refusal('more-than-held');

/** Part of a payment that stands may be given back, as long as something of it is held that was not promised yet. */
export function grant(
  goodwill: Goodwill,
  current: Payment,
  refundId: string,
  now: Date,
): PaymentEvent | typeof notTaken | typeof moreThanHeld {
  if (current.status !== 'taken') return notTaken;
  const { orderId, paymentId } = current;
  const free = subtract(heldOf(current), current.goodwillPending);
  if (goodwill.amount.currency !== free.currency || goodwill.amount.amount > free.amount) return moreThanHeld;
  return { what: 'goodwill-started', orderId, paymentId, refundId, ...goodwill, at: now };
}

/** What the provider says of a goodwill refund: the reference of one that it gave, or nothing where it refuses for good. */
export function settleGoodwill(
  { orderId, paymentId, refundId, amount, status }: Refund,
  reference: string | undefined,
  now: Date,
): PaymentEvent[] {
  if (status !== 'started') return [];
  const what =
    reference === undefined
      ? ({ what: 'goodwill-failed' } as const)
      : ({ what: 'goodwill-refunded', reference } as const);
  return [{ ...what, orderId, paymentId, refundId, amount, at: now }];
}
