import { sameMoney, type Money, type ProductId } from '@tradewind/kernel';
import { totalOf, type Offer } from './check-out.js';

/** A line as its buyer sees it: the price of now, and the one it was put in at where that was another. */
export interface ItemView {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly priceChanged?: { readonly from: Money };
}

export interface CartView {
  readonly items: readonly ItemView[];
  readonly total: Money;
}

/** A line with the product as it is now. */
export interface OfferedLine extends Offer {
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
}

export const cartView = (lines: readonly OfferedLine[]): CartView => ({
  items: lines.map(({ productId, name, quantity, price, unitPrice }) => ({
    productId,
    name,
    quantity,
    unitPrice: price,
    ...(!sameMoney(price, unitPrice) && { priceChanged: { from: unitPrice } }),
  })),
  total: totalOf(lines),
});
