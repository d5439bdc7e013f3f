import { Message } from '@tradewind/messaging/message';
import { IsIn, IsOptional } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

const reasons = ['asked-by-buyer', 'fraud-suspected', 'not-available', 'not-deliverable', 'other'] as const;

/**
 * The order is to be cancelled. OrderCancelled follows when everything is compensated. `staffId` and `reason`: the member of staff who cancels
 * it for the buyer, and why; without them the buyer cancels.
 */
@Message({ type: 'order.cancellation-requested', topic: topics.orderEvents, key: 'orderId' })
export class OrderCancellationRequested {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsId() readonly staffId?: UserId;
  @IsOptional() @IsIn(reasons) readonly reason?: (typeof reasons)[number];
  @IsInstant() readonly requestedAt!: string;
}
