import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * A product is not for sale: it is in no list and cannot be ordered any more. Orders that were accepted before are fulfilled.
 */
@Message({ type: 'product.archived', topic: topics.productEvents, key: 'productId' })
export class ProductArchived {
  @IsId() readonly productId!: ProductId;
  @IsInstant() readonly archivedAt!: string;
}
