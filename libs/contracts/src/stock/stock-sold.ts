import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * What was reserved for the order has been sold. May repeat.
 */
@Message({ type: 'stock.sold', topic: topics.stockEvents, key: 'orderId' })
export class StockSold {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsInstant() readonly soldAt!: string;
}
