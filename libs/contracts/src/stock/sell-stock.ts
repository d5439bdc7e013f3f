import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * What was reserved is sold. It can't be refused, only repeated. Answered by StockSold.
 */
@Message({ type: 'stock.sell', topic: topics.stockCommands, key: 'orderId' })
export class SellStock {
  @IsId() readonly orderId!: OrderId;
}
