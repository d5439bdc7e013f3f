import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * All lines are set aside for the order. May arrive more than once, and after the order gave up waiting.
 */
@Message({ type: 'stock.reserved', topic: topics.stockEvents, key: 'orderId' })
export class StockReserved {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsInstant() readonly reservedAt!: string;
}
