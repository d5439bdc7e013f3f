import { Message } from '@tradewind/messaging/message';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * All lines are reserved for the order. May arrive more than once, and after the order's timeout.
 */
@Message({ type: 'stock.reserved', topic: topics.stockEvents, key: 'orderId' })
export class StockReserved {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsInstant() readonly reservedAt!: string;
}
