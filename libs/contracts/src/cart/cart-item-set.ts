import type { Money, ProductId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsCount, IsId, IsInstant, IsMoney, maxQuantity } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The quantity of a product in a person's cart, at the price shown when it was put in. Quantity 0 takes it out. Keyed by user.
 */
@Message({ type: 'cart.item-set', topic: topics.cartEvents, key: 'userId' })
export class CartItemSet {
  @IsId() readonly userId!: UserId;
  @IsId() readonly productId!: ProductId;
  @IsCount(0, maxQuantity) readonly quantity!: number;
  @IsMoney() readonly unitPrice!: Money;
  @IsInstant() readonly setAt!: string;
}
