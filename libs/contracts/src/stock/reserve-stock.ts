import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { AreLines, IsId, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Set aside every line or none. Said by `order`; may repeat, and the answer is then the same. Answered by StockReserved or StockRefused.
 */
@Message({ type: 'stock.reserve', topic: topics.stockCommands, key: 'orderId' })
export class ReserveStock {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
}
