import { CartEmptied, CartItemSet } from '@tradewind/contracts';
import { nothing, remove, save, say, type Decision, type Rows } from '@tradewind/messaging';
import {
  cartAfter,
  lineAfter,
  type CartEmptied as Emptied,
  type CartItemSet as ItemSet,
} from '../domain/cart-event.js';
import { lineIdOf, type Cart, type CartLine } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';

export interface CartRows {
  readonly carts: Rows<Cart>;
  readonly lines: Rows<CartLine>;
}

/** Keeps and says that an item was set; nothing where nothing happened. */
export function keepItem(event: ItemSet | undefined, { carts, lines }: CartRows): Decision {
  if (!event) return nothing();
  const { userId, productId, quantity, unitPrice, at } = event;
  const lineId = lineIdOf(userId, productId);
  const line = lines.get(lineId);
  const after = lineAfter(line, event);
  return save(Carts, cartAfter(carts.get(userId), event, line))
    .and(after ? save(CartLines, after) : remove(CartLines, lineId))
    .and(say(CartItemSet, { userId, productId, quantity, unitPrice, setAt: at.toISOString() }));
}

/** Keeps and says that the cart is empty. */
export function keepEmptied(event: Emptied, { carts, lines }: CartRows): Decision {
  const { userId, orderId, at } = event;
  return save(Carts, cartAfter(carts.get(userId), event))
    .and(remove(CartLines, ...lines.all().map(({ lineId }) => lineId)))
    .and(say(CartEmptied, { userId, ...(orderId && { orderId }), emptiedAt: at.toISOString() }));
}
