import type { Recovery, Told } from '@tradewind/messaging';
import { rebuildProduct } from './rebuild.js';
import { Products, Reservations, Shelves } from './storage/product.tables.js';

/** Catalogue, shelves and reservations from what was said of them. */
export const recovery: Recovery = {
  rows: (told) => {
    const { products, shelves, reservations } = rebuildProduct(messagesIn(told));
    return [
      [Products, products.values()],
      [Shelves, shelves.values()],
      [Reservations, reservations.values()],
    ];
  },
};

function* messagesIn(told: Iterable<Told>): Generator<object> {
  for (const { message } of told) yield message;
}
