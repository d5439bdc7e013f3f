import { isRejection } from '@tradewind/kernel';
import { StockAdjusted, type AdjustmentReason, type ProductId } from '@tradewind/contracts';
import { answer, command, insert, rows, save, publish, type HandlerContext } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { unknownProduct } from '../domain/product.js';
import { stockChange } from '../domain/stock-change.js';
import { adjust, type StockLevel } from '../domain/stock-level.js';
import { publishAvailability } from '../handlers/availability.changes.js';
import { StockChanges, StockLevels } from '../storage/product.tables.js';

interface AdjustStock {
  readonly productId: ProductId;
  readonly delta: number;
  readonly reason: AdjustmentReason;
  readonly acting: ActingStaff;
  /** Of the request, if it has an idempotency key. */
  readonly hashes?: { readonly keyHash: string; readonly bodyHash: string };
}

const piecesOf = ({ available, reserved, sold }: StockLevel) => ({ available, reserved, sold });

const load = { stockLevels: rows(StockLevels, ({ productId }: AdjustStock) => [productId]) };

export const adjustStock = command(
  'product.adjust-stock',
  load,
  (
    { productId, delta, reason, acting, hashes }: AdjustStock,
    { stockLevels, now, newId }: HandlerContext<typeof load>,
  ) => {
    const level = stockLevels.get(productId);
    if (!level) return unknownProduct;
    const result = adjust(level, delta);
    if (isRejection(result)) return result;
    const adjustedBy = acting.actor;
    const change = stockChange(level, result, { cause: 'adjusted', reason, adjustedBy }, now);
    const { number, available } = change;
    const adjustedAt = now.toISOString();
    return save(StockLevels, result)
      .and(insert(StockChanges, change))
      .and(
        publish(StockAdjusted, {
          productId,
          delta,
          reason,
          adjustedBy,
          change: number,
          available,
          ...hashes,
          adjustedAt,
        }),
      )
      .and(publishAvailability([[level, result]], now))
      .and(
        recordedAction(
          acting,
          { action: 'stock.adjust', subject: productId, reason, before: piecesOf(level), after: piecesOf(result) },
          newId(),
        ),
      )
      .and(answer(productId));
  },
);
