import type { OrderId, ProductId } from '@tradewind/contracts/ids';
import { changed, type Product, type ProductChange } from './product.js';
import type { Reservation } from './reservation.js';
import { applyEvent, stockLevelsAfter } from './apply-stock-event.js';
import type { StockEvent } from './stock-event.js';
import { adjusted, newStockLevel, type StockLevel } from './stock-level.js';

/** A change of the catalogue. */
export type CatalogueEvent =
  | { readonly what: 'added'; readonly product: Product; readonly stock: number }
  | { readonly what: 'changed'; readonly productId: ProductId; readonly change: ProductChange; readonly at: Date }
  | { readonly what: 'adjusted'; readonly productId: ProductId; readonly delta: number };

export interface RecoveredRows {
  readonly products: ReadonlyMap<ProductId, Product>;
  readonly stockLevels: ReadonlyMap<ProductId, StockLevel>;
  readonly reservations: ReadonlyMap<OrderId, Reservation>;
}

/**
 * Recovers every row of the service from its events alone. The events of one product, and those of one order, must be in their
 * original order; otherwise the order does not matter. Throws on an event of an unknown product.
 */
export function recoverRows(catalogue: Iterable<CatalogueEvent>, stock: Iterable<StockEvent>): RecoveredRows {
  const products = new Map<ProductId, Product>();
  const stockLevels = new Map<ProductId, StockLevel>();
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
        stockLevels.set(event.product.productId, newStockLevel(event.product.productId, event.stock));
        break;
      case 'changed':
        products.set(event.productId, changed(known(products, event.productId), event.change, event.at));
        break;
      case 'adjusted':
        stockLevels.set(event.productId, adjusted(known(stockLevels, event.productId), event.delta));
        break;
    }
  }
  for (const event of stock) {
    const change = applyEvent(reservations.get(event.orderId), event);
    if (!change) continue;
    reservations.set(event.orderId, change.reservation);
    for (const level of stockLevelsAfter(change, (productId) => known(stockLevels, productId)))
      stockLevels.set(level.productId, level);
  }
  return { products, stockLevels, reservations };
}
