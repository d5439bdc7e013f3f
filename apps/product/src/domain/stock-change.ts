import type { AdjustmentReason, OrderId, ProductId, UserId } from '@tradewind/contracts/ids';
import type { StockEvent } from './stock-event.js';
import type { StockLevel } from './stock-level.js';

/** Why the stock that can be ordered changed. A sale changes it no more: its pieces were reserved before. */
export type StockChangeCause =
  | { readonly cause: 'added' }
  | { readonly cause: 'adjusted'; readonly reason: AdjustmentReason; readonly adjustedBy?: UserId | undefined }
  | { readonly cause: 'reserved' | 'released' | 'taken-back'; readonly orderId: OrderId };

/** A change of the stock of a product that can be ordered. Never changed: the deltas of a product add up to what is available. */
export type StockChange = StockChangeCause & {
  readonly productId: ProductId;
  /** 1, 2, 3 … per product. */
  readonly number: number;
  readonly delta: number;
  /** What can be ordered after it. */
  readonly available: number;
  readonly at: Date;
};

/** The change that made a level what it is; without `before` the opening stock. */
export const stockChange = (
  before: StockLevel | undefined,
  { productId, changes, available }: StockLevel,
  cause: StockChangeCause,
  at: Date,
): StockChange => ({
  ...cause,
  productId,
  number: changes,
  delta: available - (before?.available ?? 0),
  available,
  at,
});

/** The changes of an order's event, from each level before and after it. */
export function stockChangesOf(
  event: StockEvent,
  levels: readonly (readonly [before: StockLevel, after: StockLevel])[],
): StockChange[] {
  if (event.what === 'refused' || event.what === 'sold') return [];
  const cause = { cause: event.what, orderId: event.orderId };
  return levels.map(([before, after]) => stockChange(before, after, cause, event.at));
}
