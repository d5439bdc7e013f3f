import { Message } from '@tradewind/messaging/message';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The cart is empty: it was checked out as `orderId`, or, without it, its owner was forgotten. Keyed by user.
 */
@Message({ type: 'cart.emptied', topic: topics.cartEvents, key: 'userId' })
export class CartEmptied {
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsId() readonly orderId?: OrderId;
  @IsInstant() readonly emptiedAt!: string;
}
