import type { Shop } from '../../tools/platform/shop/shop.js';
import { Account } from '../../tools/shop/play/account.js';
import { atOnce } from '../../tools/shop/play/at-once.js';
import { GatewayClient } from '../../tools/shop/play/gateway-client.js';
import { noHistory } from '../../tools/shop/play/history.js';
import type { Product } from '../ground/contestant.js';
import { until } from '../ground/until.js';
import { countRows } from './books.js';

const buyers = 20;
/** Milliseconds until the orders' own copies of the prices are there. */
const copied = 60_000;

const personOf = (index: number): { email: string; password: string } => ({
  email: `buyer-${index}@bench.example`,
  password: `correct-horse-${index}`,
});

/** Puts the goods into the shop, and registers those who will buy. Gives the ids of the products, in their order. */
export const stock = (shop: Shop, products: readonly Product[]): Promise<string[]> =>
  withClient(shop, async (client) => {
    const admin = await Account.logIn(client, shop.admin);
    const productIds: string[] = [];
    await atOnce(
      16,
      products.map((product, index) => ({ product, index })),
      async ({ product: { sku, name, price, stock }, index }) => {
        const { body } = await admin.call<{ id: string }>({
          op: 'add-product',
          method: 'POST',
          path: '/products',
          body: { sku, name, price, stock },
          expect: [201],
        });
        productIds[index] = body.id;
      },
    );
    await eachBuyer(
      async (index) =>
        void (await client.call({
          op: 'register',
          method: 'POST',
          path: '/users',
          body: { ...personOf(index), name: 'Ada' },
          expect: [201],
        })),
    );
    const { order } = shop.databases;
    await until(
      'the order service has every price',
      async () => (await countRows(order, 'prices')) >= products.length,
      copied,
    );
    await until(
      'the order service has every buyer’s data key',
      async () => (await countRows(order, 'svc_data_keys')) >= buyers,
      copied,
    );
    return productIds;
  });

/** Access tokens of all who buy. They are good for a quarter of an hour. */
export const logInBuyers = (shop: Shop): Promise<string[]> =>
  withClient(shop, async (client) => {
    const tokens: string[] = [];
    await eachBuyer(async (index) => {
      const { body } = await client.call<{ accessToken: string }>({
        op: 'login',
        method: 'POST',
        path: '/auth/login',
        body: personOf(index),
        expect: [200],
      });
      tokens[index] = body.accessToken;
    });
    return tokens;
  });

const eachBuyer = (act: (index: number) => Promise<void>): Promise<void> =>
  atOnce(
    4,
    Array.from({ length: buyers }, (_, index) => index),
    act,
  );

async function withClient<T>(shop: Shop, work: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = new GatewayClient({ url: shop.gatewayUrl, connections: 16, history: noHistory, patience: copied });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
