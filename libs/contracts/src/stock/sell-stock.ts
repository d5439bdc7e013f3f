import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Sell the reserved stock. Cannot be refused; may repeat. Reply: StockSold.
 */
@Message({ type: 'stock.sell', topic: topics.stockCommands, key: 'orderId' })
export class SellStock {
  @IsId() readonly orderId!: OrderId;
}
