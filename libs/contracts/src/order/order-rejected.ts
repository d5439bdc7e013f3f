import { Message } from '@tradewind/messaging/message';
import { IsIn, IsOptional } from 'class-validator';
import { AreLines, IsId, IsInstant, OrderLine } from '../fields/index.js';
import { Shortage } from '../stock/stock-refused.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * The order could not be fulfilled, and everything done for it is compensated. An outcome of the order. `lines` are those of the order;
 * `shortages`, only when it is out of stock, are the lines that could not be reserved.
 */
@Message({ type: 'order.rejected', topic: topics.orderEvents, key: 'orderId' })
export class OrderRejected {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsIn(['out-of-stock', 'payment-declined', 'timed-out']) readonly reason!:
    'out-of-stock' | 'payment-declined' | 'timed-out';
  @IsOptional() @AreLines(() => Shortage, 0) readonly shortages?: readonly Shortage[];
  @AreLines(() => OrderLine) readonly lines!: readonly OrderLine[];
  @IsInstant() readonly rejectedAt!: string;
}
