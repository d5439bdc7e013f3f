import { Message } from '@tradewind/messaging/message';
import { IsIn } from 'class-validator';
import { AreLines, IsCount, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/** A line that could not be reserved: `available` pieces instead of `quantity`. An unknown product has 0. */
export class Shortage extends StockLine {
  @IsCount() readonly available!: number;
}

/**
 * Nothing was reserved; `shortages` has the lines that are out of stock. A repeated command gets the same reply.
 */
@Message({ type: 'stock.refused', topic: topics.stockEvents, key: 'orderId' })
export class StockRefused {
  @IsId() readonly orderId!: OrderId;
  @IsIn(['out-of-stock', 'released']) readonly reason!: 'out-of-stock' | 'released';
  @AreLines(() => Shortage, 0) readonly shortages!: readonly Shortage[];
  @IsInstant() readonly refusedAt!: string;
}
