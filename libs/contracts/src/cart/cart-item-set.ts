import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsCount, IsId, IsInstant, IsMoney, maxQuantity } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId, UserId } from '../ids.js';

/**
 * The quantity of a product in a user's cart, with its price when it was added. Quantity 0 removes it. Keyed by user.
 */
@Message({ type: 'cart.item-set', topic: topics.cartEvents, key: 'userId' })
export class CartItemSet {
  @IsId() readonly userId!: UserId;
  @IsId() readonly productId!: ProductId;
  @IsCount(0, maxQuantity) readonly quantity!: number;
  @IsMoney() readonly unitPrice!: Money;
  @IsInstant() readonly setAt!: string;
}
