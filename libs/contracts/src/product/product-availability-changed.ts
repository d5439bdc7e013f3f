import { Message } from '@tradewind/messaging/message';
import { IsCount, IsId, IsInstant, maxQuantity } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * The stock of a product that can be ordered passed 1, 10, 100 … or 100,000 pieces, up or down: it has at least `atLeast` (0, 1, 10 …) and fewer
 * than ten times as many; at 100,000 there is no upper limit. Published only when `atLeast` changes. Before the first one `availabilityOf` the
 * opening stock holds.
 */
@Message({ type: 'product.availability-changed', topic: topics.productEvents, key: 'productId' })
export class ProductAvailabilityChanged {
  @IsId() readonly productId!: ProductId;
  @IsCount(0, maxQuantity) readonly atLeast!: number;
  @IsInstant() readonly changedAt!: string;
}
