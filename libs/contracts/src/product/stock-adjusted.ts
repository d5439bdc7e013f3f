import { Message } from '@tradewind/messaging/message';
import { IsCount, IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * Pieces were added (positive) or removed (negative) manually; the available stock never falls below zero.
 */
@Message({ type: 'product.stock-adjusted', topic: topics.productEvents, key: 'productId' })
export class StockAdjusted {
  @IsId() readonly productId!: ProductId;
  @IsCount(-Number.MAX_SAFE_INTEGER) readonly delta!: number;
  @IsText(500) readonly reason!: string;
  @IsInstant() readonly adjustedAt!: string;
}
