import { refusal, type ProductId } from '@tradewind/kernel';

/** Where the pieces of one product are. Always: available + reserved + sold = initial + adjusted, and none of the three is below zero. */
export interface Shelf {
  readonly productId: ProductId;
  readonly available: number;
  /** Set aside for orders that have no outcome yet. */
  readonly reserved: number;
  readonly sold: number;
  /** What the product came into the catalogue with. */
  readonly initial: number;
  /** The sum of all adjustments by hand, of either sign. */
  readonly adjusted: number;
}

export type Place = 'available' | 'reserved' | 'sold';

/** Pieces that may be counted in, at once or in all: far beyond any shop, and far from where integers end. */
export const mostPieces = 1_000_000_000;

export const notEnoughAvailable = refusal('not-enough-available');
export const tooMuchStock = refusal('too-much-stock');

export const openShelf = (productId: ProductId, stock: number): Shelf => ({
  productId,
  available: stock,
  reserved: 0,
  sold: 0,
  initial: stock,
  adjusted: 0,
});

/** Pieces go from one place to another. Whether they are there is asked before. */
export const carry = (shelf: Shelf, quantity: number, from: Place, to: Place): Shelf => ({
  ...shelf,
  [from]: shelf[from] - quantity,
  [to]: shelf[to] + quantity,
});

/** Pieces were counted in or out by hand. */
export const adjusted = (shelf: Shelf, delta: number): Shelf => ({
  ...shelf,
  available: shelf.available + delta,
  adjusted: shelf.adjusted + delta,
});

/** What is promised to orders can't be counted out. */
export function adjust(shelf: Shelf, delta: number): Shelf | typeof notEnoughAvailable | typeof tooMuchStock {
  const result = adjusted(shelf, delta);
  if (result.available < 0) return notEnoughAvailable;
  return result.available > mostPieces ? tooMuchStock : result;
}
