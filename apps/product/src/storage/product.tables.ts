import { table } from '@tradewind/messaging';
import type { Product } from '../domain/product.js';
import type { Reservation } from '../domain/reservation.js';
import type { StockChange } from '../domain/stock-change.js';
import type { StockLevel } from '../domain/stock-level.js';

export const Products = table<Product>('products', 'productId', {
  productId: 'uuid',
  sku: 'text',
  skuKey: 'text',
  name: 'text',
  nameKey: 'text',
  price: 'money',
  addedAt: 'timestamptz',
  archivedAt: 'timestamptz',
  searchWords: 'text',
});

export const Reservations = table<Reservation>('reservations', 'orderId', {
  orderId: 'uuid',
  status: 'text',
  lines: 'jsonb',
  shortages: 'jsonb',
  reservedAt: 'timestamptz',
  refusedAt: 'timestamptz',
  releasedAt: 'timestamptz',
  soldAt: 'timestamptz',
  takenBackAt: 'timestamptz',
});

export const StockLevels = table<StockLevel>('stock_levels', 'productId', {
  productId: 'uuid',
  available: 'int8',
  reserved: 'int8',
  sold: 'int8',
  initial: 'int8',
  adjusted: 'int8',
  changes: 'int8',
});

/** Only inserted: the history of the stock that can be ordered. */
export const StockChanges = table<StockChange>('stock_changes', ['productId', 'number'], {
  productId: 'uuid',
  number: 'int8',
  cause: 'text',
  delta: 'int8',
  available: 'int8',
  at: 'timestamptz',
  orderId: 'uuid',
  reason: 'text',
  adjustedBy: 'uuid',
});

/** Every transaction locks tables in this order: reservations first, because their lines determine the stock levels. */
export const lockOrder = [Products, Reservations, StockLevels, StockChanges];
