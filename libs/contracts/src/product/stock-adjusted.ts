import { Message } from '@tradewind/messaging/message';
import { IsHexadecimal, IsIn, IsOptional, Length } from 'class-validator';
import { IsCount, IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId, UserId } from '../ids.js';
import { adjustmentReasons, type AdjustmentReason } from '../reasons.js';

/**
 * Pieces were added (positive) or removed (negative) manually; the available stock never falls below zero. Has the hashes of the idempotency
 * key and body if there was a key.
 */
@Message({
  type: 'product.stock-adjusted',
  topic: topics.productEvents,
  key: 'productId',
  version: 2,
  readableSince: 1,
  upcasts: { 1: (old) => old },
})
export class StockAdjusted {
  @IsId() readonly productId!: ProductId;
  @IsCount(-Number.MAX_SAFE_INTEGER) readonly delta!: number;
  @IsIn(adjustmentReasons) readonly reason!: AdjustmentReason;
  /** The admin. */
  @IsOptional() @IsId() readonly adjustedBy?: UserId;
  /** The number of the change among all changes of the product's stock, and what can be ordered after it. Absent in version 1. */
  @IsOptional() @IsCount(1) readonly change?: number;
  @IsOptional() @IsCount() readonly available?: number;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly keyHash?: string;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly bodyHash?: string;
  @IsInstant() readonly adjustedAt!: string;
}
