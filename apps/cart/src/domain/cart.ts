import type { OrderId, ProductId, UserId } from '@tradewind/contracts/ids';
import { rejection, type Money, type Rejection } from '@tradewind/kernel';
import type { CartEmptied, CartItemSet } from './cart-event.js';

/** A user's cart. Every change of the cart locks this row first. */
export type Cart =
  | { readonly status: 'open'; readonly userId: UserId; /** Number of lines. */ readonly lines: number }
  /** Final: the owner was forgotten. An access token that is still valid cannot fill a new cart. */
  | { readonly status: 'forgotten'; readonly userId: UserId; readonly forgottenAt: Date };

/** A quantity of a product, at its price when it was added. */
export interface CartLine {
  /** `<user>:<product>` */
  readonly lineId: string;
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly putAt: Date;
  /** A rejected order from which pieces came back. Ends when the buyer sets the quantity. */
  readonly returnedFrom?: OrderId;
}

/** The limits of an order: a larger cart could not be checked out. */
export const mostLines = 1_000;
export const mostPieces = 100_000;

export const forgotten = rejection('forgotten');
export const cartFull = rejection('cart-full');
export const tooManyPieces = rejection('too-many-pieces');
/** The product is not for sale any more. */
export const productArchived = rejection('product-archived');

export const lineIdOf = (userId: UserId, productId: ProductId): string => `${userId}:${productId}`;

/** A product, its current price, and whether it is for sale. */
export interface Item {
  readonly productId: ProductId;
  readonly price: Money;
  readonly archived: boolean;
}

/**
 * Sets the quantity. A line keeps its price from when it was added, so that a price change stays visible until the buyer accepts
 * it: a new quantity does not accept a new price. Undefined if the quantity is unchanged.
 */
export function put(
  userId: UserId,
  cart: Cart | undefined,
  line: CartLine | undefined,
  { productId, price, archived }: Item,
  quantity: number,
  now: Date,
): CartItemSet | Rejection | undefined {
  if (cart?.status === 'forgotten') return forgotten;
  if (archived) return productArchived;
  if (quantity > mostPieces) return tooManyPieces;
  if (line?.quantity === quantity && !line.returnedFrom) return undefined;
  if (!line && (cart?.lines ?? 0) >= mostLines) return cartFull;
  return { what: 'item-set', userId, productId, quantity, unitPrice: line?.unitPrice ?? price, at: now };
}

/** Removes a line. Undefined if there is none. */
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

/** Deletes the cart of a forgotten user for good. Undefined if it is already deleted. */
export const forget = (userId: UserId, cart: Cart | undefined, now: Date): CartEmptied | undefined =>
  cart?.status === 'forgotten' ? undefined : { what: 'emptied', userId, at: now };
