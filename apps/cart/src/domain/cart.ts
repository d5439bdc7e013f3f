import { refusal, type Money, type ProductId, type Refusal, type UserId } from '@tradewind/kernel';
import type { CartEmptied, CartItemSet } from './cart-event.js';

/** A person's cart. Its row is what every change of the cart locks first. */
export type Cart =
  | { readonly status: 'open'; readonly userId: UserId; /** How many lines it has. */ readonly lines: number }
  /** Final: the owner wanted to be forgotten, and a token that still lives fills no new cart. */
  | { readonly status: 'forgotten'; readonly userId: UserId; readonly forgottenAt: Date };

/** So many pieces of a product, at the price that it had when it was put in. */
export interface CartLine {
  /** `<user>:<product>` */
  readonly lineId: string;
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly putAt: Date;
}

/** What an order may have; more can't be checked out, so more can't be put in. */
export const mostLines = 1_000;
export const mostPieces = 100_000;

export const forgotten = refusal('forgotten');
export const cartFull = refusal('cart-full');
export const tooManyPieces = refusal('too-many-pieces');

export const lineIdOf = (userId: UserId, productId: ProductId): string => `${userId}:${productId}`;

/** A product to be put in, and its price now. */
export interface Item {
  readonly productId: ProductId;
  readonly price: Money;
}

/**
 * Sets the quantity. A line keeps the price at which it was put in, so that a change stays visible until the buyer accepts
 * it: a new quantity is no consent to a new price. Undefined where it is so already.
 */
export function put(
  userId: UserId,
  cart: Cart | undefined,
  line: CartLine | undefined,
  { productId, price }: Item,
  quantity: number,
  now: Date,
): CartItemSet | Refusal | undefined {
  if (cart?.status === 'forgotten') return forgotten;
  if (quantity > mostPieces) return tooManyPieces;
  if (line?.quantity === quantity) return undefined;
  if (!line && (cart?.lines ?? 0) >= mostLines) return cartFull;
  return { what: 'item-set', userId, productId, quantity, unitPrice: line?.unitPrice ?? price, at: now };
}

/** Takes a line out. Undefined where there is none. */
export function takeOut(line: CartLine | undefined, now: Date): CartItemSet | undefined {
  return (
    line && {
      what: 'item-set',
      userId: line.userId,
      productId: line.productId,
      quantity: 0,
      unitPrice: line.unitPrice,
      at: now,
    }
  );
}

/** The cart of somebody who wants to be forgotten goes, and no new one comes. Undefined where that is done. */
export const forget = (userId: UserId, cart: Cart | undefined, now: Date): CartEmptied | undefined =>
  cart?.status === 'forgotten' ? undefined : { what: 'emptied', userId, at: now };
