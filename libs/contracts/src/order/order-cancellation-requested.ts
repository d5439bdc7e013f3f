import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The buyer cancels the order. OrderCancelled follows when everything is compensated.
 */
@Message({ type: 'order.cancellation-requested', topic: topics.orderEvents, key: 'orderId' })
export class OrderCancellationRequested {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsInstant() readonly requestedAt!: string;
}
