import {
  CartCheckedOut,
  CartEmptied,
  CartItemSet,
  CartItemsReturned,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRejected,
} from '@tradewind/contracts';
import type { CartEvent } from '../domain/cart-event.js';
import type { Checkout, CheckoutStatus } from '../domain/check-out.js';
import { recoverCarts, type OrderStatusEvent, type RecoveredRows } from '../domain/recover-carts.js';

/** A message and its sequence within its topic and key. */
export interface SequencedMessage {
  readonly message: object;
  readonly sequence: number;
}

/**
 * Recovers carts, lines and checkouts from the messages of `cart.events` and `order.events` alone.
 * The messages of one key must be in their original order; keys may be interleaved. Other messages are ignored.
 */
export function cartsFromEvents(records: Iterable<SequencedMessage>): RecoveredRows {
  const events: CartEvent[] = [];
  const checkouts: Checkout[] = [];
  const orderEvents: OrderStatusEvent[] = [];
  for (const { message, sequence } of records) {
    const event = cartEvent(message);
    const status = event ? undefined : statusOf(message);
    if (event) events.push(event);
    // The event that caused it is in an inbox after the recovery, and is not handled again.
    if (event?.what === 'items-returned')
      orderEvents.push({ orderId: event.orderId, status: 'rejected', sequence: event.orderSequence });
    if (status) orderEvents.push({ orderId: (message as OrderPlaced).orderId, status, sequence });
    else if (message instanceof CartCheckedOut) checkouts.push(checkoutOf(message));
  }
  return recoverCarts(events, checkouts, orderEvents);
}

function cartEvent(message: object): CartEvent | undefined {
  if (message instanceof CartItemSet) {
    const { userId, productId, quantity, unitPrice, setAt } = message;
    return { what: 'item-set', userId, productId, quantity, unitPrice, at: new Date(setAt) };
  }
  if (message instanceof CartEmptied) {
    const { userId, orderId, emptiedAt } = message;
    return { what: 'emptied', userId, ...(orderId && { orderId }), at: new Date(emptiedAt) };
  }
  if (message instanceof CartItemsReturned) {
    const { returnedAt, ...returned } = message;
    return { what: 'items-returned', ...returned, at: new Date(returnedAt) };
  }
  return undefined;
}

function statusOf(message: object): CheckoutStatus | undefined {
  if (message instanceof OrderPlaced) return 'placed';
  if (message instanceof OrderConfirmed) return 'confirmed';
  if (message instanceof OrderRejected) return 'rejected';
  return message instanceof OrderCancelled ? 'cancelled' : undefined;
}

const checkoutOf = ({ orderId, userId, total, keyHash, bodyHash, checkedOutAt }: CartCheckedOut): Checkout => ({
  orderId,
  userId,
  status: 'checked-out',
  total,
  keyHash,
  bodyHash,
  checkedOutAt: new Date(checkedOutAt),
  sequence: 0,
});
