import { groupBy, type OrderId, type UserId } from '@tradewind/kernel';
import { cartAfter, lineAfter, type CartEvent } from './cart-event.js';
import { lineIdOf, type Cart, type CartLine } from './cart.js';
import { follow, type Checkout, type CheckoutStatus } from './check-out.js';

export interface Rows {
  readonly carts: ReadonlyMap<UserId, Cart>;
  readonly lines: ReadonlyMap<string, CartLine>;
  readonly checkouts: ReadonlyMap<OrderId, Checkout>;
}

/** What an order said of itself, and its place among the events of that order. */
export interface OrderNews {
  readonly orderId: OrderId;
  readonly status: CheckoutStatus;
  readonly sequence: number;
}

/** Every row of the service from what happened alone. The events of one cart, and those of one order, come in their own order. */
export function rebuild(events: Iterable<CartEvent>, checkedOut: Iterable<Checkout>, news: Iterable<OrderNews>): Rows {
  const carts = new Map<UserId, Cart>();
  const lines = new Map<string, CartLine>();
  const checkouts = new Map<OrderId, Checkout>();
  for (const [userId, ofOne] of groupBy(events, (event) => event.userId)) {
    const own = new Map<string, CartLine>();
    for (const event of ofOne) {
      const line = event.what === 'item-set' ? own.get(lineIdOf(userId, event.productId)) : undefined;
      carts.set(userId, cartAfter(carts.get(userId), event, line));
      if (event.what === 'emptied') own.clear();
      else {
        const after = lineAfter(line, event);
        if (after) own.set(after.lineId, after);
        else own.delete(lineIdOf(userId, event.productId));
      }
    }
    for (const line of own.values()) lines.set(line.lineId, line);
  }
  for (const checkout of checkedOut) checkouts.set(checkout.orderId, checkout);
  for (const { orderId, status, sequence } of news) {
    const followed = follow(checkouts.get(orderId), status, sequence);
    if (followed) checkouts.set(orderId, followed);
  }
  return { carts, lines, checkouts };
}
