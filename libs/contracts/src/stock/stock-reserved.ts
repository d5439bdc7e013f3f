import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { AreLines, IsId, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * All lines are set aside for the order. May arrive more than once, and after the order gave up waiting.
 */
@Message({ type: 'stock.reserved', topic: topics.stockEvents, key: 'orderId' })
export class StockReserved {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsISO8601() readonly reservedAt!: string;
}
