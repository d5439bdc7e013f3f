import type { ProductId } from '@tradewind/contracts/ids';
import { sameMoney, type Money } from '@tradewind/kernel';
import { totalOf, type Offer } from './check-out.js';

/** A line as its buyer sees it: the current price, and the price when it was added if that differs. */
export interface ItemView {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly priceChanged?: { readonly from: Money };
  /** Not for sale any more: not in the total, and the cart cannot be checked out with it. Absent for other lines. */
  readonly archived?: true;
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
}

export const cartView = (lines: readonly OfferedLine[]): CartView => ({
  items: lines.map(({ productId, name, quantity, price, unitPrice, archived }) => ({
    productId,
    name,
    quantity,
    unitPrice: price,
    ...(!sameMoney(price, unitPrice) && { priceChanged: { from: unitPrice } }),
    ...(archived && { archived }),
  })),
  total: totalOf(lines.filter(({ archived }) => !archived)),
});
