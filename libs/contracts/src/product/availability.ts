import { maxQuantity } from '../fields/index.js';

/**
 * The availability of a product with this many pieces: the largest of 0, 1, 10, 100 … 100,000 that is not above it. Other services know the
 * stock of a product only as precisely as that, so that a shop does not publish an event to every cart for each piece that it sells.
 */
export function availabilityOf(pieces: number): number {
  if (pieces < 1) return 0;
  let atLeast = 1;
  while (atLeast * 10 <= Math.min(pieces, maxQuantity)) atLeast *= 10;
  return atLeast;
}
