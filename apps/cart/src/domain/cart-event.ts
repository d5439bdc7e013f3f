import type { Money, OrderId, ProductId, UserId } from '@tradewind/kernel';
import { lineIdOf, type Cart, type CartLine } from './cart.js';

/** What happened to a cart. The decisions make it, and it alone changes rows: live and in a rebuild alike. */
export type CartEvent = CartItemSet | CartEmptied;

/** Quantity 0 takes the line out. */
export interface CartItemSet {
  readonly what: 'item-set';
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly at: Date;
}

/** Checked out as an order, or, without one, its owner was forgotten. */
export interface CartEmptied {
  readonly what: 'emptied';
  readonly userId: UserId;
  readonly orderId?: OrderId;
  readonly at: Date;
}

/** The line after it was set; undefined where it was taken out. */
export function lineAfter(
  line: CartLine | undefined,
  { userId, productId, quantity, unitPrice, at }: CartItemSet,
): CartLine | undefined {
  return quantity === 0
    ? undefined
    : { lineId: lineIdOf(userId, productId), userId, productId, quantity, unitPrice, putAt: line?.putAt ?? at };
}

/** The cart after an event; `line` is what the line was before it. */
export function cartAfter(cart: Cart | undefined, event: CartEvent, line?: CartLine): Cart {
  const { userId } = event;
  if (event.what === 'emptied')
    return event.orderId
      ? { status: 'open', userId, lines: 0 }
      : { status: 'forgotten', userId, forgottenAt: event.at };
  const before = cart?.status === 'open' ? cart.lines : 0;
  return { status: 'open', userId, lines: before + Number(event.quantity > 0) - Number(line !== undefined) };
}
