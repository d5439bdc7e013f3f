import { anAddress, pounds } from '../api/customers.js';
import { address, count, id, object, optional, price, text, type Kind } from './bad-values.js';

/** Ids of existing objects. */
export interface Ids {
  readonly productId: string;
  readonly orderId: string;
  readonly paymentId: string;
}

/** A request with a valid body; a test changes one field. */
export interface RequestSample {
  readonly route: string;
  readonly client: 'anonymous' | 'ann' | 'admin';
  /** The request changes nothing, even with a valid body. */
  readonly path: (at: Ids) => string;
  readonly body: (at: Ids) => object;
  readonly fields: Readonly<Record<string, Kind>>;
}

const email = text(254, { lines: true, long: `${'x'.repeat(250)}@example.com` });
const most = 100_000_000;
const pieces = 100_000;
const method = 'sim_ok';
const renamed = (fields: Record<string, Kind>, from: string, to: string): Record<string, Kind> =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name.replace(from, to), kind]));

/** Every DTO of the public API, with the documented rules of its fields. */
export const requestSamples: readonly RequestSample[] = [
  {
    route: 'POST /users',
    client: 'anonymous',
    path: () => '/users',
    body: () => ({ email: 'zoe@example.com', password: 'long enough', name: 'Zoe' }),
    fields: { email, password: text(200, { lines: true }), name: text(100, { lines: true }) },
  },
  {
    route: 'PATCH /users/me',
    client: 'ann',
    path: () => '/users/me',
    body: () => ({ email: 'zoe@example.com', name: 'Zoe' }),
    fields: { email: optional(email), name: optional(text(100, { lines: true })) },
  },
  {
    route: 'POST /auth/login',
    client: 'anonymous',
    path: () => '/auth/login',
    body: () => ({ email: 'zoe@example.com', password: 'long enough' }),
    fields: { email: text(254, { lines: true }), password: text(200, { lines: true }) },
  },
  {
    route: 'POST /auth/refresh',
    client: 'anonymous',
    path: () => '/auth/refresh',
    body: () => ({ refreshToken: 'x' }),
    fields: { refreshToken: text(100, { lines: true }) },
  },
  {
    route: 'POST /auth/logout',
    client: 'anonymous',
    path: () => '/auth/logout',
    body: () => ({ refreshToken: 'x' }),
    fields: { refreshToken: text(100, { lines: true }) },
  },
  {
    route: 'POST /products',
    client: 'admin',
    path: () => '/products',
    body: () => ({ sku: 'BAD 1', name: 'Bad', price: pounds(100), stock: 1 }),
    fields: { sku: text(64), name: text(200), ...price(0, most), stock: count(0, 1_000_000_000) },
  },
  {
    route: 'PATCH /products/{id}',
    client: 'admin',
    path: ({ productId }) => `/products/${productId}`,
    body: () => ({ name: 'Bad', price: pounds(1) }),
    fields: { name: optional(text(200)), ...price(0, most), price: optional(object) },
  },
  {
    route: 'POST /products/{id}/stock-adjustments',
    client: 'admin',
    path: ({ productId }) => `/products/${productId}/stock-adjustments`,
    body: () => ({ delta: 1, reason: 'bad' }),
    fields: { delta: count(-1_000_000_000, 1_000_000_000, { not: 0 }), reason: text(200) },
  },
  {
    route: 'POST /cart/items',
    client: 'ann',
    path: () => '/cart/items',
    body: ({ productId }) => ({ productId, quantity: 1 }),
    fields: { productId: id, quantity: count(1, pieces) },
  },
  {
    route: 'PUT /cart/items/{productId}',
    client: 'ann',
    path: ({ productId }) => `/cart/items/${productId}`,
    body: () => ({ quantity: 1 }),
    fields: { quantity: count(0, pieces) },
  },
  {
    route: 'POST /cart/checkout',
    client: 'ann',
    path: () => '/cart/checkout',
    body: () => ({ paymentMethod: method, shippingAddress: anAddress(), expectedTotal: pounds(1) }),
    fields: { paymentMethod: text(40), ...address, expectedTotal: optional({ is: 'money' }) },
  },
  {
    route: 'POST /orders',
    client: 'ann',
    path: () => '/orders',
    body: ({ productId }) => ({
      items: [{ productId, quantity: 1 }],
      paymentMethod: method,
      shippingAddress: anAddress(),
    }),
    fields: {
      items: { is: 'list', most: 1_000 },
      'items.0.productId': id,
      'items.0.quantity': count(1, pieces),
      paymentMethod: text(40),
      ...address,
    },
  },
  {
    route: 'PATCH /orders/{id}',
    client: 'ann',
    path: ({ orderId }) => `/orders/${orderId}`,
    body: () => ({ shippingAddress: anAddress() }),
    fields: address,
  },
  {
    route: 'POST /payments/{id}/refunds',
    client: 'admin',
    path: ({ paymentId }) => `/payments/${paymentId}/refunds`,
    body: () => ({ amount: pounds(1), reason: 'bad' }),
    fields: { ...renamed(price(1, Number.MAX_SAFE_INTEGER), 'price', 'amount'), reason: text(500) },
  },
];
