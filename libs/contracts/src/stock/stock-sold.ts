import { Message } from '@tradewind/messaging/message';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * The stock reserved for the order was sold. May repeat.
 */
@Message({ type: 'stock.sold', topic: topics.stockEvents, key: 'orderId' })
export class StockSold {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsInstant() readonly soldAt!: string;
}
