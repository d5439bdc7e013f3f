import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Make the sold stock available again, once. Compensates SellStock. Reply: StockTakenBack.
 */
@Message({ type: 'stock.take-back', topic: topics.stockCommands, key: 'orderId' })
export class TakeBackStock {
  @IsId() readonly orderId!: OrderId;
}
