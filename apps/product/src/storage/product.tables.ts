import { table } from '@tradewind/messaging';
import type { Product } from '../domain/product.js';
import type { Reservation } from '../domain/reservation.js';
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
});

/** Every transaction locks tables in this order: reservations first, because their lines determine the stock levels. */
export const lockOrder = [Products, Reservations, StockLevels];
