import { runAudit, reportLines } from '../../tools/ops/main.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { Account } from '../../tools/shop/play/account.js';
import { atOnce } from '../../tools/shop/play/at-once.js';
import { GatewayClient } from '../../tools/shop/play/gateway-client.js';
import { noHistory } from '../../tools/shop/play/history.js';
import type { Audited, Contestant, Enter, Place, Product } from '../ground/contestant.js';
import { until } from '../ground/until.js';
import { countRows, factsOf } from './books.js';

const buyers = 20;
/** Milliseconds until the orders' own copies of the prices are there. */
const copied = 60_000;

export interface ShopSettings {
  readonly name: string;
  /** Whether orders are posted to the gateway, and not to the order service itself. */
  readonly throughGateway: boolean;
  /** Whether the payment provider is a process of its own; else it is in the payment service's and answers at once. */
  readonly providerApart: boolean;
}

/** The shop of this repository as a contestant: everything as `npm start` starts it, on the platform that it is given. */
export const shopAs = ({ name, throughGateway, providerApart }: ShopSettings): Enter => async (place: Place): Promise<Contestant> => {
  const shop = await startShop({
    ports: 'free', databaseUrl: place.postgresUrl, kafkaBrokers: place.brokers,
    ...(!providerApart && { programs: { payment: 'dist/bench/shop/payment.js' } }),
  });
  try {
    const { tokens, productIds } = await stock(shop, place.products);
    const urlOf = (service: string): string => shop.instances.find((instance) => instance.service === service)!.url;
    return {
      name,
      ordersUrl: `${throughGateway ? shop.gatewayUrl : urlOf('order')}/orders`,
      outcomes: 'order.events',
      tokens,
      productIds,
      processes: new Map([...shop.kept].flatMap(([kept, { pid }]) => (pid === undefined ? [] : [[kept, pid] as const]))),
      audit: () => audit(shop, providerApart),
      stop: () => shop.stop(),
    };
  } catch (error) {
    await shop.stop();
    throw error;
  }
};

/** Puts the goods into the shop, and registers those who will buy. */
async function stock(shop: Shop, products: readonly Product[]): Promise<{ tokens: string[]; productIds: string[] }> {
  const client = new GatewayClient({ url: shop.gatewayUrl, connections: 16, history: noHistory, patience: copied });
  try {
    const admin = await Account.logIn(client, shop.admin);
    const productIds: string[] = [];
    await atOnce(16, products.map((product, index) => ({ product, index })), async ({ product: { sku, name, price, stock }, index }) => {
      const { body } = await admin.call<{ id: string }>({ op: 'add-product', method: 'POST', path: '/products', body: { sku, name, price, stock }, expect: [201] });
      productIds[index] = body.id;
    });
    const tokens: string[] = [];
    await atOnce(4, Array.from({ length: buyers }, (_, index) => index), async (index) => {
      const person = { email: `buyer-${index}@bench.example`, password: `correct-horse-${index}` };
      await client.call({ op: 'register', method: 'POST', path: '/users', body: { ...person, name: 'Ada' }, expect: [201] });
      const { body } = await client.call<{ accessToken: string }>({ op: 'login', method: 'POST', path: '/auth/login', body: person, expect: [200] });
      tokens[index] = body.accessToken;
    });
    const { order } = shop.databases;
    await until('the order service has every price', async () => (await countRows(order, 'prices')) >= products.length, copied);
    await until('the order service has every buyer’s data key', async () => (await countRows(order, 'svc_data_keys')) >= buyers, copied);
    return { tokens, productIds };
  } finally {
    await client.close();
  }
}

async function audit({ databases, kafkaBrokers: brokers, state }: Shop, providerApart: boolean): Promise<Audited> {
  const report = await runAudit({ databases, brokers, ...(providerApart && { providerLog: state.providerLog }), waitSeconds: 120, log: () => undefined });
  if (!report.clean) throw new Error(`the audit is not clean:\n${reportLines(report).slice(0, 40).join('\n')}`);
  return factsOf(databases.order);
}
