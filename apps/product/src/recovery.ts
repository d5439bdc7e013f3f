import type { Recovery } from '@tradewind/messaging';
import { rebuildProduct } from './rebuild.js';
import { Products, Reservations, Shelves } from './storage/product.tables.js';

/** Catalogue, shelves and reservations from what was said of them. */
export const recovery: Recovery = {
  rows: (told) => {
    const { products, shelves, reservations } = rebuildProduct([...told].map(({ message }) => message));
    return [[Products, products.values()], [Shelves, shelves.values()], [Reservations, reservations.values()]];
  },
};
