import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * A product has a new price. Carts show the change; existing orders keep the old price.
 */
@Message({ type: 'product.repriced', topic: topics.productEvents, key: 'productId' })
export class ProductRepriced {
  @IsId() readonly productId!: ProductId;
  @IsMoney() readonly price!: Money;
  @IsInstant() readonly repricedAt!: string;
}
