import type { Money, OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Goods are set aside and paid: the point of no return. An outcome.
 */
@Message({ type: 'order.confirmed', topic: topics.orderEvents, key: 'orderId' })
export class OrderConfirmed {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly total!: Money;
  @IsISO8601() readonly confirmedAt!: string;
}
