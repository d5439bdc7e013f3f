import {
  OrderAddressChanged,
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderGoodwillRecorded,
  OrderPlaced,
  OrderRejected,
} from '@tradewind/contracts';
import { assertNever, isRejection, type Rejection } from '@tradewind/kernel';
import { message, type Outcome, type OutgoingMessage } from '@tradewind/saga';
import type { OrderEvent, Shortage, ShortLine } from '../domain/order-event.js';
import { wasConfirmed, type Order } from '../domain/order.js';

/** Hashes of the request that placed the order, so that recovery from events restores its idempotency key. */
export interface RequestHashes {
  readonly keyHash: string;
  readonly bodyHash: string;
}

function messageOf(event: OrderEvent, order: Order, request?: RequestHashes): OutgoingMessage {
  const { orderId, userId, lines, total, paymentMethod, shippingAddress } = order;
  switch (event.what) {
    case 'placed':
      return message(OrderPlaced, {
        orderId,
        userId,
        lines,
        total,
        paymentMethod,
        shippingAddress: shippingAddress!,
        ...request,
        placedAt: event.at,
      });
    case 'address-changed':
      return message(OrderAddressChanged, { orderId, shippingAddress: shippingAddress!, changedAt: event.at });
    case 'address-erased':
      return message(OrderAddressChanged, { orderId, changedAt: event.at });
    case 'confirmed':
      return message(OrderConfirmed, { orderId, userId, total, confirmedAt: event.at });
    case 'rejected':
      return message(OrderRejected, {
        orderId,
        userId,
        reason: event.reason,
        ...(event.shortages && { shortages: event.shortages.map(shortageOf) }),
        lines,
        rejectedAt: event.at,
      });
    case 'cancellation-requested':
      return message(OrderCancellationRequested, { orderId, userId, ...event.by, requestedAt: event.at });
    case 'cancelled':
      return message(OrderCancelled, { orderId, userId, wasConfirmed: wasConfirmed(order), cancelledAt: event.at });
    case 'goodwill-recorded':
      return message(OrderGoodwillRecorded, {
        orderId,
        refundId: event.refundId,
        amount: event.amount,
        recordedAt: event.at,
      });
    default:
      return assertNever(event);
  }
}

const shortageOf = ({ productId, wanted: quantity, available }: ShortLine): Shortage => ({
  productId,
  quantity,
  available,
});

/** The messages of a change: one for each new event of the order's history, in their order. */
export const eventsOf = (before: Order | undefined, after: Order, request?: RequestHashes): OutgoingMessage[] =>
  after.history.slice(before?.history.length ?? 0).map((event) => messageOf(event, after, request));

/** The outcome of a saga step. The order must accept what its saga decides: a rejection is a bug and throws. */
export function outcomeOf(before: Order, after: Order | Rejection): Outcome<Order> {
  if (isRejection(after))
    throw new Error(`the order ${before.orderId} rejects what its saga decided: ${after.rejected}`);
  return { subject: after, messages: eventsOf(before, after) };
}
