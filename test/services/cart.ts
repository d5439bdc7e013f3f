import { cart as definition, CartModule as module } from '../../apps/cart/src/cart.module.js';
import { recovery } from '../../apps/cart/src/recovery/recovery.js';
import { CartLines, Carts, Checkouts } from '../../apps/cart/src/storage/cart.tables.js';
import { pounds } from '../../tools/shop/trading/api.js';
import { address, anAddress, count, id, optional, text } from './request-sample.js';
import type { ApiParts, BatchParts, ServiceParts } from './service-parts.js';

/** An open cart with one line, and an earlier checkout. */
const initialRows: BatchParts['initialRows'] = ({ orderId, userId, lines, total, keyHash, bodyHash }) => {
  const { productId, quantity, unitPrice } = lines[0]!;
  const at = new Date('2026-01-01T00:00:00.000Z');
  return [
    { table: Carts, rows: [{ userId, status: 'open', lines: 1 }] },
    {
      table: CartLines,
      rows: [{ lineId: `${userId}:${productId}`, userId, productId, quantity, unitPrice, putAt: at }],
    },
    {
      table: Checkouts,
      rows: [{ orderId, userId, status: 'checked-out', total, keyHash, bodyHash, checkedOutAt: at, sequence: 0n }],
    },
  ];
};

const api: ApiParts = {
  routes: {
    'GET /cart': 'customers',
    'POST /cart/items': 'customers',
    'PUT /cart/items/{productId}': 'customers',
    'DELETE /cart/items/{productId}': 'customers',
    'POST /cart/checkout': 'customers',
  },
  bodies: [
    {
      route: 'POST /cart/items',
      client: 'ann',
      path: () => '/cart/items',
      body: ({ productId }) => ({ productId, quantity: 1 }),
      fields: { productId: id, quantity: count(1, 100_000) },
    },
    {
      route: 'PUT /cart/items/{productId}',
      client: 'ann',
      path: ({ productId }) => `/cart/items/${productId}`,
      body: () => ({ quantity: 1 }),
      fields: { quantity: count(0, 100_000) },
    },
    {
      route: 'POST /cart/checkout',
      client: 'ann',
      path: () => '/cart/checkout',
      body: () => ({ paymentMethod: 'sim_ok', shippingAddress: anAddress, expectedTotal: pounds(1) }),
      fields: { paymentMethod: text(40), ...address, expectedTotal: optional({ is: 'money' }) },
    },
  ],
};

export const cart: ServiceParts = { definition, module, recovery: () => recovery, api, batches: { initialRows } };
