import type { Money, ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsInt, IsString, MaxLength, Min } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A product is in the catalogue, with its opening stock in pieces. Keyed by product.
 */
@Message({ type: 'product.added', topic: topics.productEvents, key: 'productId' })
export class ProductAdded {
  @IsId() readonly productId!: ProductId;
  @IsString() @MaxLength(100) readonly sku!: string;
  @IsString() @MaxLength(200) readonly name!: string;
  @IsMoney() readonly price!: Money;
  @IsInt() @Min(0) readonly stock!: number;
  @IsISO8601() readonly addedAt!: string;
}
