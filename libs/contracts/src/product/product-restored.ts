import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * An archived product is for sale again.
 */
@Message({ type: 'product.restored', topic: topics.productEvents, key: 'productId' })
export class ProductRestored {
  @IsId() readonly productId!: ProductId;
  @IsInstant() readonly restoredAt!: string;
}
