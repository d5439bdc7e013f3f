import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { AreLines, IsCount, IsId, IsInstant, IsMoney, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/** The quantity of a product in the cart afterwards, with its price when it was added. */
export class ReturnedLine extends StockLine {
  @IsMoney() readonly unitPrice!: Money;
}

/**
 * The order of a checkout was rejected, and what fits of its lines is in the cart again. Published once a rejected checkout, also without
 * lines; not after its owner was forgotten. `orderSequence` is the sequence of the `order.rejected` that caused it. Keyed by user.
 */
@Message({ type: 'cart.items-returned', topic: topics.cartEvents, key: 'userId' })
export class CartItemsReturned {
  @IsId() readonly userId!: UserId;
  @IsId() readonly orderId!: OrderId;
  @IsCount(1) readonly orderSequence!: number;
  @AreLines(() => ReturnedLine, 0) readonly lines!: readonly ReturnedLine[];
  @IsInstant() readonly returnedAt!: string;
}
