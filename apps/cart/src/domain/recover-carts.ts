import type { OrderId, UserId } from '@tradewind/contracts/ids';
import { groupBy } from '@tradewind/kernel';
import { cartAfter, lineAfter } from './apply-cart-event.js';
import type { CartEvent } from './cart-event.js';
import { lineIdOf, type Cart, type CartLine } from './cart.js';
import { itemsSetBy } from './return-items.js';
import { withOrderStatus, type Checkout, type CheckoutStatus } from './check-out.js';

export interface RecoveredRows {
  readonly carts: ReadonlyMap<UserId, Cart>;
  readonly lines: ReadonlyMap<string, CartLine>;
  readonly checkouts: ReadonlyMap<OrderId, Checkout>;
}

/** The status from an event of an order, with the event's sequence. */
export interface OrderStatusEvent {
  readonly orderId: OrderId;
  readonly status: CheckoutStatus;
  readonly sequence: number;
}

/** Recovers every row of the service from events alone. The events of one cart, and those of one order, must be in their original order. */
export function recoverCarts(
  events: Iterable<CartEvent>,
  checkedOut: Iterable<Checkout>,
  orderEvents: Iterable<OrderStatusEvent>,
): RecoveredRows {
  const carts = new Map<UserId, Cart>();
  const lines = new Map<string, CartLine>();
  const checkouts = new Map<OrderId, Checkout>();
  for (const [userId, ofCart] of groupBy(events, (event) => event.userId)) {
    const cartLines = new Map<string, CartLine>();
    for (const event of ofCart.flatMap((each) => (each.what === 'items-returned' ? itemsSetBy(each) : [each]))) {
      const line = event.what === 'item-set' ? cartLines.get(lineIdOf(userId, event.productId)) : undefined;
      carts.set(userId, cartAfter(carts.get(userId), event, line));
      if (event.what === 'emptied') cartLines.clear();
      else {
        const after = lineAfter(line, event);
        if (after) cartLines.set(after.lineId, after);
        else cartLines.delete(lineIdOf(userId, event.productId));
      }
    }
    for (const line of cartLines.values()) lines.set(line.lineId, line);
  }
  for (const checkout of checkedOut) checkouts.set(checkout.orderId, checkout);
  for (const { orderId, status, sequence } of orderEvents) {
    const updated = withOrderStatus(checkouts.get(orderId), status, sequence);
    if (updated) checkouts.set(orderId, updated);
  }
  return { carts, lines, checkouts };
}
