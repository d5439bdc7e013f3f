import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * What was sold to the order is available again. May repeat, with effect once.
 */
@Message({ type: 'stock.taken-back', topic: topics.stockEvents, key: 'orderId' })
export class StockTakenBack {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine, 0) readonly lines!: readonly StockLine[];
  @IsInstant() readonly takenBackAt!: string;
}
