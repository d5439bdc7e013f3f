import type { OrderId, ProductId } from '@tradewind/kernel';
import { changed, type Product, type ProductChange } from './product.js';
import { piecesOf, type Reservation } from './reservation.js';
import { adjusted, carry, openShelf, type Shelf } from './shelf.js';
import { turnOf, type StockEvent, type Turn } from './stock-event.js';

/** What happened in the catalogue. */
export type CatalogueEvent =
  | { readonly what: 'added'; readonly product: Product; readonly stock: number }
  | { readonly what: 'changed'; readonly productId: ProductId; readonly change: ProductChange }
  | { readonly what: 'adjusted'; readonly productId: ProductId; readonly delta: number };

export interface Rows {
  readonly products: ReadonlyMap<ProductId, Product>;
  readonly shelves: ReadonlyMap<ProductId, Shelf>;
  readonly reservations: ReadonlyMap<OrderId, Reservation>;
}

/** The shelves that a turn changes, as they are after it. */
export function shelvesAfter({ lines, way }: Turn, shelfOf: (productId: ProductId) => Shelf): Shelf[] {
  if (!way) return [];
  return [...piecesOf(lines)].map(([productId, quantity]) => carry(shelfOf(productId), quantity, ...way));
}

/**
 * Every row of the service from its events alone. The events of one product and those of one order come in their own order;
 * between products, orders and the two lists any order gives the same rows. Throws on an event about an unknown product.
 */
export function rebuild(catalogue: Iterable<CatalogueEvent>, stock: Iterable<StockEvent>): Rows {
  const products = new Map<ProductId, Product>();
  const shelves = new Map<ProductId, Shelf>();
  const reservations = new Map<OrderId, Reservation>();
  const known = <R>(rows: ReadonlyMap<ProductId, R>, productId: ProductId): R => {
    const row = rows.get(productId);
    if (!row) throw new RangeError(`the product ${productId} was never added`);
    return row;
  };
  for (const event of catalogue) {
    switch (event.what) {
      case 'added':
        products.set(event.product.productId, event.product);
        shelves.set(event.product.productId, openShelf(event.product.productId, event.stock));
        break;
      case 'changed':
        products.set(event.productId, changed(known(products, event.productId), event.change));
        break;
      case 'adjusted':
        shelves.set(event.productId, adjusted(known(shelves, event.productId), event.delta));
        break;
    }
  }
  for (const event of stock) {
    const turn = turnOf(reservations.get(event.orderId), event);
    if (!turn) continue;
    reservations.set(event.orderId, turn.reservation);
    for (const shelf of shelvesAfter(turn, (productId) => known(shelves, productId)))
      shelves.set(shelf.productId, shelf);
  }
  return { products, shelves, reservations };
}
