import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsIn } from 'class-validator';
import { AreLines, IsCount, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';

/** A line that could not be had: `available` pieces where `quantity` were asked for. An unknown product has 0. */
export class Shortage extends StockLine {
  @IsCount() readonly available!: number;
}

/**
 * Nothing was set aside: the lines that could not be had are named. Repeats with the same answer.
 */
@Message({ type: 'stock.refused', topic: topics.stockEvents, key: 'orderId' })
export class StockRefused {
  @IsId() readonly orderId!: OrderId;
  @IsIn(['out-of-stock', 'released']) readonly reason!: 'out-of-stock' | 'released';
  @AreLines(() => Shortage, 0) readonly shortages!: readonly Shortage[];
  @IsInstant() readonly refusedAt!: string;
}
