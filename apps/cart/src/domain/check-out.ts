import type { OrderId, ProductId, UserId } from '@tradewind/contracts/ids';
import { rejection, sameMoney, type Money, type Rejection } from '@tradewind/kernel';
import { forgotten, productArchived, type Cart, type CartLine } from './cart.js';

/** A product as known from `product.events`. */
export interface Offer {
  readonly name: string;
  readonly price: Money;
  /** Not for sale any more. */
  readonly archived: boolean;
}

/** A line at the current price: what is charged. */
export interface SoldLine extends Omit<Offer, 'archived'> {
  readonly productId: ProductId;
  readonly quantity: number;
}

/** The state of the checkout's order: `checked-out` until its first event arrives. */
export type CheckoutStatus = 'checked-out' | 'placed' | 'confirmed' | 'rejected' | 'cancelled';

/** A cart that was checked out as an order. */
export interface Checkout {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly status: CheckoutStatus;
  readonly total: Money;
  /** SHA-256 of the idempotency key and of the body, so that recovery restores the accepted request. */
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly checkedOutAt: Date;
  /** Sequence of the order's event that wrote the status; an older event never overwrites it. */
  readonly sequence: number;
}

export const cartEmpty = rejection('cart-empty');
/** A product was added after the prices were read. */
export const cartChanged = rejection('cart-changed');
export const priceChanged = rejection('price-changed');
/** Lines came back from a rejected order, and the buyer has not confirmed that they are wanted. */
export const itemsReturned = rejection('items-returned');
export const totalTooHigh = rejection('total-too-high');

/** In pence; sums up to it are exact. */
export const highestTotal = 1_000_000_000_000;

/** May exceed the safe integers: compare it with `highestTotal` before use. */
export const totalOf = (lines: readonly { readonly price: Money; readonly quantity: number }[]): Money => ({
  amount: lines.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0),
  currency: 'GBP',
});

/**
 * The lines with the charged prices. Only what the buyer has seen is charged: without an expected total, each line must still have its
 * price from when it was added, and none may have come back from a rejected order; with one, the total must equal it. A line that is not
 * for sale any more is not left out silently: the buyer removes it.
 */
export function checkOut(
  cart: Cart | undefined,
  lines: readonly CartLine[],
  offers: ReadonlyMap<ProductId, Offer>,
  expectedTotal: Money | undefined,
): { readonly lines: readonly SoldLine[]; readonly total: Money } | Rejection {
  if (cart?.status === 'forgotten') return forgotten;
  if (lines.length === 0) return cartEmpty;
  const sold: SoldLine[] = [];
  for (const { productId, quantity } of lines) {
    const offer = offers.get(productId);
    if (!offer) return cartChanged;
    sold.push({ productId, quantity, name: offer.name, price: offer.price });
  }
  if (lines.some(({ productId }) => offers.get(productId)!.archived)) return productArchived;
  if (!expectedTotal && lines.some(({ returnedFrom }) => returnedFrom)) return itemsReturned;
  const total = totalOf(sold);
  const accepted = expectedTotal
    ? sameMoney(expectedTotal, total)
    : lines.every(({ productId, unitPrice }) => sameMoney(offers.get(productId)!.price, unitPrice));
  if (!accepted) return priceChanged;
  return total.amount > highestTotal ? totalTooHigh : { lines: sold, total };
}

/** The checkout with the status of its order; undefined if a newer status is known, or if the order did not come from a cart. */
export const withOrderStatus = (
  checkout: Checkout | undefined,
  status: CheckoutStatus,
  sequence: number,
): Checkout | undefined => (checkout && checkout.sequence < sequence ? { ...checkout, status, sequence } : undefined);
