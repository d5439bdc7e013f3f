import {
  refusal,
  sameMoney,
  type Money,
  type OrderId,
  type ProductId,
  type Refusal,
  type UserId,
} from '@tradewind/kernel';
import { forgotten, type Cart, type CartLine } from './cart.js';

/** A product as the cart knows it from the events of its owner. */
export interface Offer {
  readonly name: string;
  readonly price: Money;
}

/** A line at the price of this moment: what is charged. */
export interface SoldLine extends Offer {
  readonly productId: ProductId;
  readonly quantity: number;
}

/** What became of a checkout: `checked-out` until the order says more. */
export type CheckoutStatus = 'checked-out' | 'placed' | 'confirmed' | 'rejected' | 'cancelled';

/** A cart that became an order. */
export interface Checkout {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly status: CheckoutStatus;
  readonly total: Money;
  /** SHA-256 of the idempotency key and of the body: a rebuilt database still knows what was accepted. */
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly checkedOutAt: Date;
  /** Of the order's event that wrote the status; an older one never overwrites it. */
  readonly sequence: number;
}

export const cartEmpty = refusal('cart-empty');
/** Something was put in after the prices were looked up. */
export const cartChanged = refusal('cart-changed');
export const priceChanged = refusal('price-changed');
export const totalTooHigh = refusal('total-too-high');

/** In pence; sums below it are exact. */
export const highestTotal = 1_000_000_000_000;

/** May be above what a Money can be: to be compared with `highestTotal` before anything is charged. */
export const totalOf = (lines: readonly { readonly price: Money; readonly quantity: number }[]): Money => ({
  amount: lines.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0),
  currency: 'GBP',
});

/**
 * The lines with the prices that are charged. No price is charged that the buyer has not seen: without an expected total each
 * line must still cost what it cost when it was put in; with one, the total must be just that.
 */
export function checkOut(
  cart: Cart | undefined,
  lines: readonly CartLine[],
  offers: ReadonlyMap<ProductId, Offer>,
  expectedTotal: Money | undefined,
): { readonly lines: readonly SoldLine[]; readonly total: Money } | Refusal {
  if (cart?.status === 'forgotten') return forgotten;
  if (lines.length === 0) return cartEmpty;
  const sold: SoldLine[] = [];
  for (const { productId, quantity } of lines) {
    const offer = offers.get(productId);
    if (!offer) return cartChanged;
    sold.push({ productId, quantity, ...offer });
  }
  const total = totalOf(sold);
  const seen = expectedTotal
    ? sameMoney(expectedTotal, total)
    : lines.every(({ productId, unitPrice }) => sameMoney(offers.get(productId)!.price, unitPrice));
  if (!seen) return priceChanged;
  return total.amount > highestTotal ? totalTooHigh : { lines: sold, total };
}

/** What an order says of its checkout; undefined where something newer is known, or where the order did not come from a cart. */
export const follow = (
  checkout: Checkout | undefined,
  status: CheckoutStatus,
  sequence: number,
): Checkout | undefined => (checkout && checkout.sequence < sequence ? { ...checkout, status, sequence } : undefined);
