import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsCount, IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { ProductId } from '../ids.js';

/**
 * A product was added to the catalogue, with its opening stock in pieces. Keyed by product.
 */
@Message({ type: 'product.added', topic: topics.productEvents, key: 'productId' })
export class ProductAdded {
  @IsId() readonly productId!: ProductId;
  @IsText(100) readonly sku!: string;
  @IsText(200) readonly name!: string;
  @IsMoney() readonly price!: Money;
  @IsCount() readonly stock!: number;
  @IsInstant() readonly addedAt!: string;
}
