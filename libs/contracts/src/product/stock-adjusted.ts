import type { ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsCount, IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Pieces were counted in (positive) or out (negative) by hand; never below zero available.
 */
@Message({ type: 'product.stock-adjusted', topic: topics.productEvents, key: 'productId' })
export class StockAdjusted {
  @IsId() readonly productId!: ProductId;
  @IsCount(-Number.MAX_SAFE_INTEGER) readonly delta!: number;
  @IsText(500) readonly reason!: string;
  @IsInstant() readonly adjustedAt!: string;
}
