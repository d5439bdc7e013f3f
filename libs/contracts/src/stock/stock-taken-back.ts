import { Message } from '@tradewind/messaging/message';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * The stock sold to the order is available again. May repeat; takes effect once.
 */
@Message({ type: 'stock.taken-back', topic: topics.stockEvents, key: 'orderId' })
export class StockTakenBack {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine, 0) readonly lines!: readonly StockLine[];
  @IsInstant() readonly takenBackAt!: string;
}
