import type { OrderId, ProductId, UserId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';

/** A change of a cart. Decisions create events; rows change only by events, in handlers and in recovery alike. */
export type CartEvent = CartItemSet | CartEmptied | CartItemsReturned;

/** Quantity 0 removes the line. */
export interface CartItemSet {
  readonly what: 'item-set';
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  /** The rejected order that the shop took it from; absent when the buyer set it. */
  readonly returnedFrom?: OrderId;
  readonly at: Date;
}

/** The order of a checkout was rejected: what fits of its lines is in the cart again. The quantities are those afterwards. */
export interface CartItemsReturned {
  readonly what: 'items-returned';
  readonly userId: UserId;
  readonly orderId: OrderId;
  /** Sequence of the order's event. */
  readonly orderSequence: number;
  readonly lines: readonly Pick<CartItemSet, 'productId' | 'quantity' | 'unitPrice'>[];
  readonly at: Date;
}

/** The cart was checked out as an order, or, without `orderId`, its owner was forgotten. */
export interface CartEmptied {
  readonly what: 'emptied';
  readonly userId: UserId;
  readonly orderId?: OrderId;
  readonly at: Date;
}
