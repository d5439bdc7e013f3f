import type { ProductId } from '@tradewind/contracts/ids';
import { rejection } from '@tradewind/kernel';

/** The stock of one product by state. Invariant: available + reserved + sold = initial + adjusted, and none of the three is negative. */
export interface StockLevel {
  readonly productId: ProductId;
  readonly available: number;
  /** Reserved for orders that are not confirmed yet. */
  readonly reserved: number;
  readonly sold: number;
  /** The opening stock of the product. */
  readonly initial: number;
  /** The sum of all manual adjustments, positive and negative. */
  readonly adjusted: number;
  /** How often `available` changed; the opening stock is the first change. */
  readonly changes: number;
}

export type StockState = 'available' | 'reserved' | 'sold';

/** Largest stock of a product, and largest adjustment: beyond any real shop, and far below the largest safe integer. */
export const mostPieces = 1_000_000_000;

export const notEnoughAvailable = rejection('not-enough-available');
export const tooMuchStock = rejection('too-much-stock');

export const newStockLevel = (productId: ProductId, stock: number): StockLevel => ({
  productId,
  available: stock,
  reserved: 0,
  sold: 0,
  initial: stock,
  adjusted: 0,
  changes: 1,
});

/** Moves pieces between states. The caller checks that they are there. */
export const movePieces = (level: StockLevel, quantity: number, from: StockState, to: StockState): StockLevel => ({
  ...level,
  [from]: level[from] - quantity,
  [to]: level[to] + quantity,
  changes: level.changes + Number(from === 'available' || to === 'available'),
});

/** Applies a manual adjustment. */
export const adjusted = (level: StockLevel, delta: number): StockLevel => ({
  ...level,
  available: level.available + delta,
  adjusted: level.adjusted + delta,
  changes: level.changes + 1,
});

/** Adjusts the available stock; reserved stock can't be removed. */
export function adjust(level: StockLevel, delta: number): StockLevel | typeof notEnoughAvailable | typeof tooMuchStock {
  const result = adjusted(level, delta);
  if (result.available < 0) return notEnoughAvailable;
  // Pieces that come back can bring a level over the limit; removing some is never refused for it.
  return delta > 0 && result.available > mostPieces ? tooMuchStock : result;
}
