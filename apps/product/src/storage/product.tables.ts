import { table } from '@tradewind/messaging';
import type { Product } from '../domain/product.js';
import type { Reservation } from '../domain/reservation.js';
import type { Shelf } from '../domain/shelf.js';

export const Products = table<Product>('products', 'productId', {
  productId: 'uuid',
  sku: 'text',
  name: 'text',
  price: 'money',
  addedAt: 'timestamptz',
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

export const Shelves = table<Shelf>('shelves', 'productId', {
  productId: 'uuid',
  available: 'int8',
  reserved: 'int8',
  sold: 'int8',
  initial: 'int8',
  adjusted: 'int8',
});

/** Every transaction locks in this order: what an order reserved says which shelves it is about. */
export const lockOrder = [Products, Reservations, Shelves];
