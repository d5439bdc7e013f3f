import type { ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A product has another name from now on. Orders keep the old one.
 */
@Message({ type: 'product.renamed', topic: topics.productEvents, key: 'productId' })
export class ProductRenamed {
  @IsId() readonly productId!: ProductId;
  @IsString() @MaxLength(200) readonly name!: string;
  @IsISO8601() readonly renamedAt!: string;
}
