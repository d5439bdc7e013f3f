import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * A product has another SKU. No two products have SKUs that differ only in blanks and case.
 */
@Message({ type: 'product.sku-changed', topic: topics.productEvents, key: 'productId' })
export class ProductSkuChanged {
  @IsId() readonly productId!: ProductId;
  @IsText(100) readonly sku!: string;
  @IsInstant() readonly changedAt!: string;
}
