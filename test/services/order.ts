import { CartCheckedOut } from '@tradewind/contracts';
import { order as definition, OrderModule as module } from '../../apps/order/src/order.module.js';
import { recovery } from '../../apps/order/src/recovery/recovery.js';
import { checkAcceptance } from '../simulation/check/check-acceptance.js';
import { checkSagas } from '../simulation/check/check-sagas.js';
import { address, anAddress, count, id, text } from './request-sample.js';
import type { ApiParts, ServiceParts } from './service-parts.js';

const api: ApiParts = {
  routes: {
    'POST /orders': 'customers',
    'GET /orders': 'customers',
    'GET /orders/{id}': 'customers',
    'PATCH /orders/{id}': 'customers',
    'POST /orders/{id}/cancel': 'customers',
    'GET /orders/{id}/events': 'customers',
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
      }),
      fields: {
        items: { is: 'list', most: 1_000 },
        'items.0.productId': id,
        'items.0.quantity': count(1, 100_000),
        paymentMethod: text(40),
        ...address,
      },
    },
    {
      route: 'PATCH /orders/{id}',
      client: 'ann',
      path: ({ orderId }) => `/orders/${orderId}`,
      body: () => ({ shippingAddress: anAddress }),
      fields: address,
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
