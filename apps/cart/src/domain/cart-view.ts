import type { OrderId, ProductId } from '@tradewind/contracts/ids';
import { sameMoney, type Money } from '@tradewind/kernel';
import { totalOf, type Offer } from './check-out.js';

/**
 * Whether the wanted pieces were in stock when the cart's own copy was written: `low` means that some were, and perhaps fewer than wanted. The
 * copy may be late: the order decides.
 */
export type Availability = 'in-stock' | 'low' | 'out-of-stock';

/** `atLeast` pieces are left, and fewer than ten times as many. */
export function availabilityFor(quantity: number, atLeast: number): Availability {
  if (quantity <= atLeast) return 'in-stock';
  return quantity < 10 * atLeast ? 'low' : 'out-of-stock';
}

/** A line as its buyer sees it: the current price, and the price when it was added if that differs. */
export interface ItemView {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly priceChanged?: { readonly from: Money };
  /** The rejected order from which pieces came back. */
  readonly returnedFrom?: OrderId;
  /** Not for sale any more: not in the total, and the cart cannot be checked out with it. Absent for other lines. */
  readonly archived?: true;
  /** Absent for a line that is not for sale any more. */
  readonly availability?: Availability;
}

export interface CartView {
  readonly items: readonly ItemView[];
  readonly total: Money;
}

/** A line with the current name and price of its product. */
export interface OfferedLine extends Offer {
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly returnedFrom?: OrderId;
  readonly atLeast: number;
}

export const cartView = (lines: readonly OfferedLine[]): CartView => ({
  items: lines.map(({ productId, name, quantity, price, unitPrice, returnedFrom, archived, atLeast }) => ({
    productId,
    name,
    quantity,
    unitPrice: price,
    ...(!sameMoney(price, unitPrice) && { priceChanged: { from: unitPrice } }),
    ...(returnedFrom && { returnedFrom }),
    ...(archived ? { archived } : { availability: availabilityFor(quantity, atLeast) }),
  })),
  total: totalOf(lines.filter(({ archived }) => !archived)),
});
