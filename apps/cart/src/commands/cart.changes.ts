import { CartEmptied, CartItemSet } from '@tradewind/contracts';
import { nothing, remove, save, publish, type Decision, type Rows } from '@tradewind/messaging';
import { cartAfter, lineAfter } from '../domain/apply-cart-event.js';
import type { CartEmptied as EmptiedEvent, CartItemSet as ItemSetEvent } from '../domain/cart-event.js';
import { lineIdOf, type Cart, type CartLine } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';

export interface CartRows {
  readonly carts: Rows<Cart>;
  readonly lines: Rows<CartLine>;
}

/** Saves and publishes that an item was set; does nothing without an event. */
export function recordItemSet(event: ItemSetEvent | undefined, { carts, lines }: CartRows): Decision {
  if (!event) return nothing();
  const { userId, productId, quantity, unitPrice, at } = event;
  const lineId = lineIdOf(userId, productId);
  const line = lines.get(lineId);
  const after = lineAfter(line, event);
  return save(Carts, cartAfter(carts.get(userId), event, line))
    .and(after ? save(CartLines, after) : remove(CartLines, lineId))
    .and(publish(CartItemSet, { userId, productId, quantity, unitPrice, setAt: at.toISOString() }));
}

/** Saves and publishes that the cart is empty. */
export function recordEmptied(event: EmptiedEvent, { carts, lines }: CartRows): Decision {
  const { userId, orderId, at } = event;
  return save(Carts, cartAfter(carts.get(userId), event))
    .and(remove(CartLines, ...lines.all().map(({ lineId }) => lineId)))
    .and(publish(CartEmptied, { userId, ...(orderId && { orderId }), emptiedAt: at.toISOString() }));
}
