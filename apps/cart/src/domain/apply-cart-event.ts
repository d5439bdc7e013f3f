import type { CartEmptied, CartItemSet } from './cart-event.js';
import { lineIdOf, type Cart, type CartLine } from './cart.js';

/** The line after the event; undefined if it was removed. */
export function lineAfter(
  line: CartLine | undefined,
  { userId, productId, quantity, unitPrice, returnedFrom, at }: CartItemSet,
): CartLine | undefined {
  return quantity === 0
    ? undefined
    : {
        lineId: lineIdOf(userId, productId),
        userId,
        productId,
        quantity,
        unitPrice,
        putAt: line?.putAt ?? at,
        ...(returnedFrom && { returnedFrom }),
      };
}

/** The cart after the event; `line` is the line before it. */
export function cartAfter(cart: Cart | undefined, event: CartItemSet | CartEmptied, line?: CartLine): Cart {
  const { userId } = event;
  if (event.what === 'emptied')
    return event.orderId
      ? { status: 'open', userId, lines: 0 }
      : { status: 'forgotten', userId, forgottenAt: event.at };
  const before = cart?.status === 'open' ? cart.lines : 0;
  return { status: 'open', userId, lines: before + Number(event.quantity > 0) - Number(line !== undefined) };
}
