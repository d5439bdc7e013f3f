import { Message } from '@tradewind/messaging/message';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Nothing is reserved for the order, and never will be. `lines` is the released stock; empty if nothing was reserved.
 */
@Message({ type: 'stock.released', topic: topics.stockEvents, key: 'orderId' })
export class StockReleased {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine, 0) readonly lines!: readonly StockLine[];
  @IsInstant() readonly releasedAt!: string;
}
