import {
  OrderAddressChanged,
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderGoodwillRecorded,
  OrderPlaced,
  OrderRejected,
} from '@tradewind/contracts';
import { assertNever, isRefusal, type Refusal } from '@tradewind/kernel';
import { said, type Outcome, type Said } from '@tradewind/saga';
import type { Fact } from '../domain/fact.js';
import { wasConfirmed, type Order } from '../domain/order.js';

/** The request that an order was accepted with, as hashes: a database that is rebuilt from events knows it again. */
export interface Accepted {
  readonly keyHash: string;
  readonly bodyHash: string;
}

function word(fact: Fact, order: Order, accepted?: Accepted): Said {
  const { orderId, userId, lines, total, paymentMethod, shippingAddress } = order;
  switch (fact.what) {
    case 'placed':
      return said(OrderPlaced, {
        orderId,
        userId,
        lines,
        total,
        paymentMethod,
        shippingAddress: shippingAddress!,
        ...accepted,
        placedAt: fact.at,
      });
    case 'address-changed':
      return said(OrderAddressChanged, { orderId, shippingAddress: shippingAddress!, changedAt: fact.at });
    case 'address-erased':
      return said(OrderAddressChanged, { orderId, changedAt: fact.at });
    case 'confirmed':
      return said(OrderConfirmed, { orderId, userId, total, confirmedAt: fact.at });
    case 'rejected':
      return said(OrderRejected, { orderId, userId, reason: fact.reason, rejectedAt: fact.at });
    case 'cancellation-requested':
      return said(OrderCancellationRequested, { orderId, userId, requestedAt: fact.at });
    case 'cancelled':
      return said(OrderCancelled, { orderId, userId, wasConfirmed: wasConfirmed(order), cancelledAt: fact.at });
    case 'goodwill-recorded':
      return said(OrderGoodwillRecorded, {
        orderId,
        refundId: fact.refundId,
        amount: fact.amount,
        recordedAt: fact.at,
      });
    default:
      return assertNever(fact);
  }
}

/** What others hear of a change: every fact that is new in an order's history, once, in its order. */
export const told = (before: Order | undefined, after: Order, accepted?: Accepted): Said[] =>
  after.history.slice(before?.history.length ?? 0).map((fact) => word(fact, after, accepted));

/** A decision of the order as the saga's own step. That the order refuses what its saga has come to is a fault, not an outcome. */
export function tell(before: Order, after: Order | Refusal): Outcome<Order> {
  if (isRefusal(after)) throw new Error(`the order ${before.orderId} refuses what its saga decided: ${after.refused}`);
  return { subject: after, say: told(before, after) };
}
