import type { ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A product has another name from now on. Orders keep the old one.
 */
@Message({ type: 'product.renamed', topic: topics.productEvents, key: 'productId' })
export class ProductRenamed {
  @IsId() readonly productId!: ProductId;
  @IsText(200) readonly name!: string;
  @IsInstant() readonly renamedAt!: string;
}
