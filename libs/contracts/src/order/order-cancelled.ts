import { Message } from '@tradewind/messaging/message';
import { IsBoolean } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The order is cancelled and everything done for it is compensated. The outcome of a pending order; after a confirmation at most once.
 */
@Message({ type: 'order.cancelled', topic: topics.orderEvents, key: 'orderId' })
export class OrderCancelled {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsBoolean() readonly wasConfirmed!: boolean;
  @IsInstant() readonly cancelledAt!: string;
}
