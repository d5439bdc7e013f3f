import type { Money, ProductId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A product has another price from now on. Carts show the change; orders keep the old one.
 */
@Message({ type: 'product.repriced', topic: topics.productEvents, key: 'productId' })
export class ProductRepriced {
  @IsId() readonly productId!: ProductId;
  @IsMoney() readonly price!: Money;
  @IsInstant() readonly repricedAt!: string;
}
