import type { Money, OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Goods are set aside and paid: the point of no return. An outcome.
 */
@Message({ type: 'order.confirmed', topic: topics.orderEvents, key: 'orderId' })
export class OrderConfirmed {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly total!: Money;
  @IsInstant() readonly confirmedAt!: string;
}
