import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * A product has a new name. Existing orders keep the old one.
 */
@Message({ type: 'product.renamed', topic: topics.productEvents, key: 'productId' })
export class ProductRenamed {
  @IsId() readonly productId!: ProductId;
  @IsText(200) readonly name!: string;
  @IsInstant() readonly renamedAt!: string;
}
