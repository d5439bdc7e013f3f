import { randomUUID } from 'node:crypto';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { shippingAddress } from '../orders/orders.js';
import { urlOf } from '../orders/shop.js';
import type { Product } from '../orders/shop-under-test.js';

/** What is requested again and again, through the gateway or directly. */
export interface Endpoint {
  readonly name: string;
  readonly service: 'product' | 'order';
  readonly path: string;
  readonly token?: string;
  /** The expected response: nothing changes in the shop during the measurement. */
  readonly response: string;
}

const pageSize = 20;

export const headersOf = ({ token }: Pick<Endpoint, 'token'>): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** A page of products, one product, and a confirmed order of a customer. Throws when a response is not what the shop was given. */
export async function endpointsOf(
  shop: Shop,
  products: readonly Product[],
  productIds: readonly string[],
  token: string,
): Promise<Endpoint[]> {
  const orderId = await placeOrder(shop, productIds[0]!, token);
  const skus = new Map(products.map(({ sku }, index) => [sku, productIds[index]]));
  const endpoint = async <T>(
    about: Omit<Endpoint, 'response'>,
    isExpected: (body: T) => boolean,
  ): Promise<Endpoint> => {
    const answer = await fetch(`${urlOf(shop, about.service)}${about.path}`, { headers: headersOf(about) });
    const response = await answer.text();
    if (answer.status !== 200 || !isExpected(JSON.parse(response) as T))
      throw new Error(`the response of ${about.path} was ${answer.status} ${response.slice(0, 300)}`);
    return { ...about, response };
  };
  return [
    await endpoint<{ items: readonly { id: string; sku: string }[] }>(
      { name: `a page of ${pageSize} products`, service: 'product', path: `/products?limit=${pageSize}` },
      ({ items }) => items.length === pageSize && items.every(({ id, sku }) => skus.get(sku) === id),
    ),
    await endpoint<{ id: string; sku: string; price: { amount: number } }>(
      { name: 'one product', service: 'product', path: `/products/${productIds[1]}` },
      ({ id, sku, price }) =>
        id === productIds[1] && sku === products[1]!.sku && price.amount === products[1]!.price.amount,
    ),
    await endpoint<{ id: string; status: string }>(
      { name: 'an order, with a token', service: 'order', path: `/orders/${orderId}`, token },
      ({ id, status }) => id === orderId && status === 'confirmed',
    ),
  ];
}

/** Waits for the outcome. */
async function placeOrder({ gatewayUrl }: Shop, productId: string, token: string): Promise<string> {
  const headers = { ...headersOf({ token }), 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const body = JSON.stringify({ items: [{ productId, quantity: 1 }], paymentMethod: 'sim_ok', shippingAddress });
  const placed = await fetch(`${gatewayUrl}/orders`, { method: 'POST', headers, body });
  if (placed.status !== 202) throw new Error(`the response to an order was ${placed.status} ${await placed.text()}`);
  const { orderId } = (await placed.json()) as { orderId: string };
  const waiting = { ...headersOf({ token }), prefer: 'wait=30' };
  await (await fetch(`${gatewayUrl}/orders/${orderId}`, { headers: waiting })).text();
  return orderId;
}
