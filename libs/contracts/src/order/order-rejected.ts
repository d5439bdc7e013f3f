import { Message } from '@tradewind/messaging/message';
import { IsIn } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The order could not be fulfilled, and everything done for it is compensated. An outcome of the order.
 */
@Message({ type: 'order.rejected', topic: topics.orderEvents, key: 'orderId' })
export class OrderRejected {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsIn(['out-of-stock', 'payment-declined', 'timed-out']) readonly reason!:
    'out-of-stock' | 'payment-declined' | 'timed-out';
  @IsInstant() readonly rejectedAt!: string;
}
