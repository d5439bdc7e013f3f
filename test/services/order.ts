import { CartCheckedOut } from '@tradewind/contracts';
import { order as definition, OrderModule as module } from '../../apps/order/src/order.module.js';
import { recovery } from '../../apps/order/src/recovery/recovery.js';
import { checkAcceptance } from '../simulation/check/check-acceptance.js';
import { checkSagas } from '../simulation/check/check-sagas.js';
import { pounds } from '../../tools/shop/trading/api.js';
import { address, anAddress, choice, count, id, optional, text } from './request-sample.js';
import type { ApiParts, ServiceParts } from './service-parts.js';

const api: ApiParts = {
  routes: {
    'POST /orders': 'customers',
    'GET /orders': 'customers',
    'GET /orders/{id}': 'customers',
    'PATCH /orders/{id}': 'customers',
    'POST /orders/{id}/cancel': 'customers',
    'GET /orders/{id}/events': 'customers',
    'GET /staff/orders': 'orders.read',
    'GET /staff/orders/{id}': 'orders.read',
    'POST /staff/orders/{id}/cancel': 'orders.cancel',
    'GET /webhooks': 'webhooks.read',
    'POST /webhooks': 'webhooks.write',
    'PATCH /webhooks/{id}': 'webhooks.write',
    'GET /webhooks/{id}/deliveries': 'webhooks.read',
  },
  bodies: [
    {
      route: 'POST /orders',
      client: 'ann',
      path: () => '/orders',
      body: ({ productId }) => ({
        items: [{ productId, quantity: 1 }],
        paymentMethod: 'sim_ok',
        shippingAddress: anAddress,
        expectedTotal: pounds(1),
      }),
      fields: {
        items: { is: 'list', most: 1_000 },
        'items.0.productId': id,
        'items.0.quantity': count(1, 100_000),
        paymentMethod: text(40),
        ...address,
        expectedTotal: optional({ is: 'money' }),
      },
    },
    {
      route: 'PATCH /orders/{id}',
      client: 'ann',
      path: ({ orderId }) => `/orders/${orderId}`,
      body: () => ({ shippingAddress: anAddress }),
      fields: address,
    },
    {
      route: 'POST /staff/orders/{id}/cancel',
      client: 'admin',
      // Of no order: also a valid body changes nothing.
      path: ({ productId }) => `/staff/orders/${productId}/cancel`,
      body: () => ({ reason: 'other' }),
      fields: { reason: choice },
    },
    {
      route: 'POST /webhooks',
      client: 'admin',
      path: () => '/webhooks',
      body: () => ({ url: 'https://partner.example/events', events: ['order.confirmed'] }),
      fields: { url: text(500), events: { is: 'list', most: 7 } },
    },
    {
      route: 'PATCH /webhooks/{id}',
      client: 'admin',
      path: ({ productId }) => `/webhooks/${productId}`,
      body: () => ({ enabled: true }),
      fields: { enabled: { is: 'flag' } },
    },
  ],
};

export const order: ServiceParts = {
  definition,
  module,
  recovery: () => recovery,
  api,
  simulation: { checks: [checkAcceptance, checkSagas] },
  batches: { first: { order: [CartCheckedOut] } },
};
