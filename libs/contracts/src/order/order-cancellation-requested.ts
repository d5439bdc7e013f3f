import type { OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The buyer wants out. OrderCancelled follows when everything is undone.
 */
@Message({ type: 'order.cancellation-requested', topic: topics.orderEvents, key: 'orderId' })
export class OrderCancellationRequested {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsInstant() readonly requestedAt!: string;
}
