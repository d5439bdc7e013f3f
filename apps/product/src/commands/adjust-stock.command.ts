import { isRejection } from '@tradewind/kernel';
import { StockAdjusted, type ProductId } from '@tradewind/contracts';
import { answer, command, rows, save, publish, type HandlerContext } from '@tradewind/messaging';
import { unknownProduct } from '../domain/product.js';
import { adjust } from '../domain/stock-level.js';
import { publishAvailability } from '../handlers/availability.changes.js';
import { StockLevels } from '../storage/product.tables.js';

interface AdjustStock {
  readonly productId: ProductId;
  readonly delta: number;
  readonly reason: string;
}

const load = { stockLevels: rows(StockLevels, ({ productId }: AdjustStock) => [productId]) };

export const adjustStock = command(
  'product.adjust-stock',
  load,
  ({ productId, delta, reason }: AdjustStock, { stockLevels, now }: HandlerContext<typeof load>) => {
    const level = stockLevels.get(productId);
    if (!level) return unknownProduct;
    const result = adjust(level, delta);
    if (isRejection(result)) return result;
    return save(StockLevels, result)
      .and(publish(StockAdjusted, { productId, delta, reason, adjustedAt: now.toISOString() }))
      .and(publishAvailability([[level, result]], now))
      .and(answer(productId));
  },
);
