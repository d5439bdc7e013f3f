import type { OrderId, ProductId, UserId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';

/** A change of a cart. Decisions create events; rows change only by events, in handlers and in recovery alike. */
export type CartEvent = CartItemSet | CartEmptied;

/** Quantity 0 removes the line. */
export interface CartItemSet {
  readonly what: 'item-set';
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly at: Date;
}

/** The cart was checked out as an order, or, without `orderId`, its owner was forgotten. */
export interface CartEmptied {
  readonly what: 'emptied';
  readonly userId: UserId;
  readonly orderId?: OrderId;
  readonly at: Date;
}
