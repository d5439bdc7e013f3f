import type { Shop } from '../../tools/platform/shop/shop.js';
import { query } from '../environment/databases.js';
import { Buyers } from '../orders/buyers.js';
import type { Started } from '../orders/round.js';
import { addProducts, countOrders } from '../orders/shop-data.js';
import { openShop, underTest } from '../orders/shop.js';
import type { ShopEnvironment, ShopUnderTest } from '../orders/shop-under-test.js';

/** Orders without an outcome while past orders are placed. */
const outstanding = 2_000;
/** Services with data about orders. */
const services = ['product', 'cart', 'order', 'payment'] as const;
const size = `select sum(pg_database_size(oid))::float8 as bytes from pg_database where not datistemplate`;

export interface StartedWithPast extends Started {
  /** Bytes of all databases. */
  readonly databaseBytes: number;
  /** Seconds. */
  readonly preparation: number;
}

/** Starts a shop, lets buyers place orders until all have their outcome, and starts its services again: new processes have not compiled their code. */
export async function startWithPast(environment: ShopEnvironment, orders: number): Promise<StartedWithPast> {
  const since = performance.now();
  const shop = await openShop({}, environment);
  const productIds = await addProducts(shop, environment.products);
  if (orders > 0) await placeOrders(await underTest(shop, {}, productIds), environment.brokers, orders);
  await Promise.all(services.map((service) => restart(shop, service)));
  const [row] = await query<{ bytes: number }>(environment.postgresUrl, size);
  return {
    shop: await underTest(shop, {}, productIds),
    past: await countOrders(shop.databases.order),
    databaseBytes: row!.bytes,
    preparation: (performance.now() - since) / 1_000,
  };
}

async function placeOrders(shop: ShopUnderTest, brokers: string, orders: number): Promise<void> {
  const buyers = await Buyers.open(shop, brokers);
  await buyers.closedLoop(outstanding, { orders });
  await buyers.settle().finally(() => buyers.close());
}

/** Its database has statistics of all rows before it is used again, as after a day. */
async function restart(shop: Shop, service: (typeof services)[number]): Promise<void> {
  await shop.stopProcess(service);
  await query(shop.ownedDatabases[service], 'vacuum analyze');
  await shop.startProcess(service);
}
