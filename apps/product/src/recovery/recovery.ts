import type { Recovery, Published } from '@tradewind/operations';
import { productsFromEvents } from './products-from-events.js';
import { Products, Reservations, StockLevels } from '../storage/product.tables.js';

/** Recovers products, stock levels and reservations from the published messages. */
export const recovery: Recovery = {
  rows: (published) => {
    const { products, stockLevels, reservations } = productsFromEvents(messagesOf(published));
    return [
      [Products, products.values()],
      [StockLevels, stockLevels.values()],
      [Reservations, reservations.values()],
    ];
  },
};

function* messagesOf(published: Iterable<Published>): Generator<object> {
  for (const { message } of published) yield message;
}
