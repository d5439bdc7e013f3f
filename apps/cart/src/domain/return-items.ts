import type { ProductId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import type { CartItemSet, CartItemsReturned } from './cart-event.js';
import { mostLines, mostPieces, type Cart, type CartLine } from './cart.js';
import type { Checkout } from './check-out.js';

/** A line of the order, at the price that was to be charged. */
export interface OrderedLine {
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/**
 * Gives the lines of a rejected order back to the cart. What the buyer put in meanwhile stays: quantities are added, up to the limits of a
 * cart; what exceeds them stays out. Undefined for a forgotten person.
 */
export function returnItems(
  { userId, orderId }: Pick<Checkout, 'userId' | 'orderId'>,
  orderSequence: number,
  ordered: readonly OrderedLine[],
  cart: Cart | undefined,
  lineOf: (productId: ProductId) => CartLine | undefined,
  now: Date,
): CartItemsReturned | undefined {
  if (cart?.status === 'forgotten') return undefined;
  let free = mostLines - (cart?.lines ?? 0);
  const lines = ordered.flatMap(({ productId, quantity, unitPrice }) => {
    const line = lineOf(productId);
    const after = Math.min((line?.quantity ?? 0) + quantity, mostPieces);
    if (after === line?.quantity || (!line && free-- <= 0)) return [];
    return [{ productId, quantity: after, unitPrice: line?.unitPrice ?? unitPrice }];
  });
  return { what: 'items-returned', userId, orderId, orderSequence, lines, at: now };
}

/** The changes of single lines that a return consists of. */
export const itemsSetBy = ({ userId, orderId, lines, at }: CartItemsReturned): CartItemSet[] =>
  lines.map((line) => ({ what: 'item-set', userId, ...line, returnedFrom: orderId, at }));
