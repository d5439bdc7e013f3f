import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Compensates ReserveStock: may arrive before it (which then does nothing) and may repeat. Reply: StockReleased.
 */
@Message({ type: 'stock.release', topic: topics.stockCommands, key: 'orderId' })
export class ReleaseStock {
  @IsId() readonly orderId!: OrderId;
}
