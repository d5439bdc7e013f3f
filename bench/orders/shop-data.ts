import type { Shop } from '../../tools/platform/shop/shop.js';
import { Account } from '../../tools/shop/trading/account.js';
import { forEachConcurrently } from '../../tools/shop/trading/concurrency.js';
import { GatewayClient } from '../../tools/shop/trading/gateway-client.js';
import { noHistory } from '../../tools/shop/trading/history.js';
import { setUpCatalogue } from '../../tools/shop/trading/set-up-catalogue.js';
import { query } from '../environment/databases.js';
import { waitUntil } from '../environment/wait.js';
import type { OrderCounts, Product } from './shop-under-test.js';

/** Milliseconds until the order service has its copies of prices and keys. */
const copyTimeout = 60_000;

const buyers = Array.from({ length: 20 }, (_, index) => ({
  email: `buyer-${index}@bench.example`,
  password: `correct-horse-${index}`,
}));

/** Adds products to the shop and registers the buyers. Returns the ids of the products, in their order. */
export const addProducts = (shop: Shop, products: readonly Product[]): Promise<string[]> =>
  withClient(shop, async (client) => {
    const admin = await Account.logIn(client, shop.admin);
    const articles = products.map(({ sku, name, price, stock }) => ({ sku, name, price: price.amount, stock }));
    const { ids } = await setUpCatalogue(admin, articles, 16, () => undefined);
    await forEachConcurrently(4, buyers, async (buyer) => {
      const body = { ...buyer, name: 'Ada' };
      await client.call({ op: 'register', method: 'POST', path: '/users', body, expect: [201] });
    });
    const hasCopies = async (): Promise<boolean> => {
      const text = `select (select count(*) from prices)::int as prices, (select count(*) from svc_data_keys)::int as keys`;
      const [copies] = await query<{ prices: number; keys: number }>(shop.databases.order, text);
      return copies!.prices >= products.length && copies!.keys >= buyers.length;
    };
    await waitUntil('the order service has the prices and the keys of the buyers', hasCopies, copyTimeout);
    return products.map(({ sku }) => ids.get(sku)!);
  });

/** The access tokens of all buyers. */
export const logInBuyers = (shop: Shop): Promise<string[]> =>
  withClient(shop, async (client) => {
    const tokens: string[] = [];
    await forEachConcurrently(4, buyers, async (body) => {
      const call = { op: 'login', method: 'POST', path: '/auth/login', body, expect: [200] } as const;
      tokens.push((await client.call<{ accessToken: string }>(call)).body.accessToken);
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

async function withClient<T>({ gatewayUrl: url }: Shop, work: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = new GatewayClient({ url, connections: 16, history: noHistory, timeoutMs: copyTimeout });
  return work(client).finally(() => client.close());
}
