import { table } from '@tradewind/messaging';
import type { Order } from '../domain/order.js';
import type { Price } from '../domain/price.js';

export const Prices = table<Price>(
  'prices',
  'productId',
  {
    productId: 'uuid',
    name: 'text',
    price: 'money',
    archived: 'bool',
    sequence: 'int8',
  },
  { sequence: 'sequence' },
);

export const Orders = table<Order>('orders', 'orderId', {
  orderId: 'uuid',
  userId: 'uuid',
  status: 'text',
  lines: 'jsonb',
  total: 'money',
  goodwill: 'money',
  paymentMethod: 'text',
  shippingAddress: 'text',
  reason: 'text',
  placedAt: 'timestamptz',
  confirmedAt: 'timestamptz',
  history: 'jsonb',
});

/** Every transaction locks tables in this order; an order's sagas are locked after it. */
export const lockOrder = [Prices, Orders];
