import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The stock is reserved and paid: the point of no return. An outcome of the order.
 */
@Message({ type: 'order.confirmed', topic: topics.orderEvents, key: 'orderId' })
export class OrderConfirmed {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly total!: Money;
  @IsInstant() readonly confirmedAt!: string;
}
