import { isRefusal, type ProductId } from '@tradewind/kernel';
import { StockAdjusted } from '@tradewind/contracts';
import { answer, command, keys, save, say, type Given } from '@tradewind/messaging';
import { unknownProduct } from '../domain/product.js';
import { adjust } from '../domain/shelf.js';
import { Shelves } from '../storage/product.tables.js';

interface AdjustStock {
  readonly productId: ProductId;
  readonly delta: number;
  readonly reason: string;
}

const load = { shelves: keys(Shelves, ({ productId }: AdjustStock) => [productId]) };

export const adjustStock = command(
  'product.adjust-stock',
  load,
  ({ productId, delta, reason }: AdjustStock, { shelves, now }: Given<typeof load>) => {
    const shelf = shelves.get(productId);
    if (!shelf) return unknownProduct;
    const result = adjust(shelf, delta);
    if (isRefusal(result)) return result;
    return save(Shelves, result)
      .and(say(StockAdjusted, { productId, delta, reason, adjustedAt: now.toISOString() }))
      .and(answer(productId));
  },
);
