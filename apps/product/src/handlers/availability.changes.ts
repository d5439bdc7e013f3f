import { availabilityOf, ProductAvailabilityChanged } from '@tradewind/contracts';
import { message, publishAll, type Decision } from '@tradewind/messaging';
import type { StockLevel } from '../domain/stock-level.js';

/** Publishes the availability of the products where it changed: for most orders that is none. */
export function publishAvailability(
  changes: readonly (readonly [before: StockLevel, after: StockLevel])[],
  at: Date,
): Decision {
  const changed = changes
    .map(([before, { productId, available }]) => ({
      productId,
      before: availabilityOf(before.available),
      atLeast: availabilityOf(available),
    }))
    .filter(({ before, atLeast }) => before !== atLeast);
  const changedAt = at.toISOString();
  return publishAll(
    changed.map(({ productId, atLeast }) => message(ProductAvailabilityChanged, { productId, atLeast, changedAt })),
  );
}
