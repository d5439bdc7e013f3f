import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Nothing is set aside for the order any longer, and never will be. `lines` is what went back; empty when nothing had been reserved.
 */
@Message({ type: 'stock.released', topic: topics.stockEvents, key: 'orderId' })
export class StockReleased {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine, 0) readonly lines!: readonly StockLine[];
  @IsInstant() readonly releasedAt!: string;
}
