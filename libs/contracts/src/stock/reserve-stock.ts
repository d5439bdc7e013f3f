import { Message } from '@tradewind/messaging/message';
import { AreLines, IsId, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Reserve every line or none. Published by `order`; may repeat, and the reply is then the same. Reply: StockReserved or StockRefused.
 */
@Message({ type: 'stock.reserve', topic: topics.stockCommands, key: 'orderId' })
export class ReserveStock {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
}
