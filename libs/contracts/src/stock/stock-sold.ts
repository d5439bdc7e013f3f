import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { AreLines, IsId, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * What was reserved for the order has been sold. May repeat.
 */
@Message({ type: 'stock.sold', topic: topics.stockEvents, key: 'orderId' })
export class StockSold {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsISO8601() readonly soldAt!: string;
}
