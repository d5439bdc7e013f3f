import {
  CartCheckedOut,
  CartEmptied,
  CartItemSet,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRejected,
} from '@tradewind/contracts';
import type { CartEvent } from './domain/cart-event.js';
import type { Checkout, CheckoutStatus } from './domain/check-out.js';
import { rebuild, type OrderNews, type Rows } from './domain/rebuild.js';

/** A message and its place among those of its topic and key. */
export interface Placed {
  readonly message: object;
  readonly sequence: number;
}

/**
 * Carts, lines and checkouts from the messages of `cart.events` and `order.events` alone: what a lost database is brought back
 * from. Messages of one key come in their order, otherwise in any. Other messages are passed over.
 */
export function rebuildCarts(records: Iterable<Placed>): Rows {
  const events: CartEvent[] = [];
  const checkedOut: Checkout[] = [];
  const news: OrderNews[] = [];
  for (const { message, sequence } of records) {
    const event = cartEvent(message);
    const status = event ? undefined : statusOf(message);
    if (event) events.push(event);
    else if (status) news.push({ orderId: (message as OrderPlaced).orderId, status, sequence });
    else if (message instanceof CartCheckedOut) checkedOut.push(checkoutOf(message));
  }
  return rebuild(events, checkedOut, news);
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
