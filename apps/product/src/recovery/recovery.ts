import type { Recovery, Published } from '@tradewind/operations';
import { answeredAdjustments } from '../http/adjust-stock.idempotency.js';
import { productsFromEvents } from './products-from-events.js';
import { Products, Reservations, StockChanges, StockLevels } from '../storage/product.tables.js';

/** Recovers products, stock levels with their history, reservations and answered requests from the published messages. */
export const recovery: Recovery = {
  rows: (published) => {
    const { products, stockLevels, stockChanges, reservations } = productsFromEvents(messagesOf(published));
    return [
      [Products, products.values()],
      [StockLevels, stockLevels.values()],
      [StockChanges, stockChanges.values()],
      [Reservations, reservations.values()],
    ];
  },
  answers: answeredAdjustments,
};

function* messagesOf(published: Iterable<Published>): Generator<object> {
  for (const { message } of published) yield message;
}
