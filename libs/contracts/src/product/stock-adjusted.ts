import type { ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsInt, IsString, MaxLength } from 'class-validator';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Pieces were counted in (positive) or out (negative) by hand; never below zero available.
 */
@Message({ type: 'product.stock-adjusted', topic: topics.productEvents, key: 'productId' })
export class StockAdjusted {
  @IsId() readonly productId!: ProductId;
  @IsInt() readonly delta!: number;
  @IsString() @MaxLength(500) readonly reason!: string;
  @IsISO8601() readonly adjustedAt!: string;
}
