import { PublicationEffects, table } from '@tradewind/messaging';
import type { Order } from '../domain/order.js';
import type { Price } from '../domain/price.js';
import type { WebhookEndpoint } from '../domain/webhook-endpoint.js';

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

export const WebhookEndpoints = table<WebhookEndpoint>('webhook_endpoints', 'endpointId', {
  endpointId: 'uuid',
  url: 'text',
  events: 'jsonb',
  status: 'text',
  wrappedSecret: 'text',
  createdBy: 'uuid',
  createdAt: 'timestamptz',
  delivered: 'int8',
  lastDeliveredAt: 'timestamptz',
});

/** Every transaction locks tables in this order; an order's sagas are locked after it. */
export const lockOrder = [Prices, Orders, WebhookEndpoints, PublicationEffects];
