import type { Shop } from '../../tools/platform/shop/shop.js';
import { Account } from '../../tools/shop/trading/account.js';
import { forEachConcurrently } from '../../tools/shop/trading/concurrency.js';
import { GatewayClient } from '../../tools/shop/trading/gateway-client.js';
import { noHistory } from '../../tools/shop/trading/history.js';
import { query } from '../environment/databases.js';
import { waitUntil } from '../environment/wait.js';
import type { OrderCounts, Product } from './shop-under-test.js';

const buyerCount = 20;
/** Milliseconds until the order service has its copies of prices and keys. */
const copyTimeout = 60_000;

const credentialsOf = (index: number): { email: string; password: string } => ({
  email: `buyer-${index}@bench.example`,
  password: `correct-horse-${index}`,
});

/** Adds products to the shop and registers the buyers. Returns the ids of the products, in their order. */
export const addProducts = (shop: Shop, products: readonly Product[]): Promise<string[]> =>
  withClient(shop, async (client) => {
    const admin = await Account.logIn(client, shop.admin);
    const productIds: string[] = [];
    await forEachConcurrently(16, [...products.entries()], async ([index, { sku, name, price, stock }]) => {
      const body = { sku, name, price, stock };
      const call = { op: 'add-product', method: 'POST', path: '/products', body, expect: [201] } as const;
      productIds[index] = (await admin.call<{ id: string }>(call)).body.id;
    });
    await eachBuyer(async (index) => {
      const body = { ...credentialsOf(index), name: 'Ada' };
      await client.call({ op: 'register', method: 'POST', path: '/users', body, expect: [201] });
    });
    const { order } = shop.databases;
    const hasRows = (table: string, count: number): Promise<void> =>
      waitUntil(
        `the order service has ${count} ${table}`,
        async () => (await countRows(order, table)) >= count,
        copyTimeout,
      );
    await hasRows('prices', products.length);
    await hasRows('svc_data_keys', buyerCount);
    return productIds;
  });

/** The access tokens of all buyers. */
export const logInBuyers = (shop: Shop): Promise<string[]> =>
  withClient(shop, async (client) => {
    const tokens: string[] = [];
    await eachBuyer(async (index) => {
      const call = {
        op: 'login',
        method: 'POST',
        path: '/auth/login',
        body: credentialsOf(index),
        expect: [200],
      } as const;
      tokens[index] = (await client.call<{ accessToken: string }>(call)).body.accessToken;
    });
    return tokens;
  });

/** The orders of an order service by outcome, from its own rows. */
export async function countOrders(url: string): Promise<OrderCounts> {
  const [counts] = await query<OrderCounts>(
    url,
    `select count(*)::int as accepted, count(*) filter (where status = 'confirmed')::int as confirmed, count(*) filter (where reason = 'out-of-stock')::int as "outOfStock",
      count(*) filter (where reason = 'payment-declined')::int as declined, count(*) filter (where status not in ('confirmed', 'rejected'))::int as unaccounted from orders`,
  );
  return counts!;
}

const countRows = async (url: string, table: string): Promise<number> =>
  (await query<{ count: number }>(url, `select count(*)::int as count from ${table}`))[0]!.count;

const eachBuyer = (act: (index: number) => Promise<void>): Promise<void> =>
  forEachConcurrently(4, [...Array(buyerCount).keys()], act);

async function withClient<T>(shop: Shop, work: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = new GatewayClient({
    url: shop.gatewayUrl,
    connections: 16,
    history: noHistory,
    timeoutMs: copyTimeout,
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
