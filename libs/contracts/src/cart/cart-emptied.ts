import type { OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The cart is empty: checked out as `orderId`, or, without it, its owner was forgotten. Keyed by user.
 */
@Message({ type: 'cart.emptied', topic: topics.cartEvents, key: 'userId' })
export class CartEmptied {
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsId() readonly orderId?: OrderId;
  @IsInstant() readonly emptiedAt!: string;
}
