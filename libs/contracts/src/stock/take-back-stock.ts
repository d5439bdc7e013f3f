import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * What was sold comes back to the shelves, once. Answered by StockTakenBack.
 */
@Message({ type: 'stock.take-back', topic: topics.stockCommands, key: 'orderId' })
export class TakeBackStock {
  @IsId() readonly orderId!: OrderId;
}
