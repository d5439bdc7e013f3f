import type { Shop } from '../../tools/platform/shop/shop.js';
import { query } from '../environment/databases.js';
import { Buyers } from '../orders/buyers.js';
import { addProducts, countOrders } from '../orders/shop-data.js';
import { openShop, underTest } from '../orders/shop.js';
import type { OrderCounts, ShopEnvironment, ShopUnderTest } from '../orders/shop-under-test.js';
import { addPastOrders } from './past-orders.js';

export interface ShopWithPast {
  readonly shop: Shop;
  readonly tested: ShopUnderTest;
  /** The past orders, with the templates. */
  readonly past: OrderCounts;
  /** Bytes of all databases. */
  readonly databaseBytes: number;
}

export interface Past {
  /** Orders that buyers place first. */
  readonly templates: number;
  /** Copies of them. */
  readonly copies: number;
}

/** Services with data about orders. */
const services = ['product', 'cart', 'order', 'payment'];
const size = `select sum(pg_database_size(oid))::float8 as bytes from pg_database where not datistemplate`;

/** Starts a shop, lets buyers place the templates, and adds their copies while the services are stopped. */
export async function openShopWithPast(
  environment: ShopEnvironment,
  { templates, copies }: Past,
  log: (line: string) => void,
): Promise<ShopWithPast> {
  const shop = await openShop({}, environment);
  try {
    const productIds = await addProducts(shop, environment.products);
    await placeTemplates(await underTest(shop, {}, productIds), environment.brokers, templates);
    await Promise.all(services.map((service) => shop.stopProcess(service)));
    const { databases, kafkaBrokers: brokers } = shop;
    await addPastOrders({ databases, brokers, orders: copies, log });
    await Promise.all(services.map((service) => shop.startProcess(service)));
    const [row] = await query<{ bytes: number }>(environment.postgresUrl, size);
    const tested = await underTest(shop, {}, productIds);
    return { shop, tested, past: await countOrders(databases.order), databaseBytes: row!.bytes };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

/** Every outcome must occur, and nothing may be in progress afterwards. */
async function placeTemplates(shop: ShopUnderTest, brokers: string, count: number): Promise<void> {
  const buyers = await Buyers.open(shop, brokers);
  buyers.burst(count);
  await buyers.settle().finally(() => buyers.close());
  const counts = await shop.audit();
  if (counts.confirmed * counts.outOfStock * counts.declined === 0)
    throw new Error(`the templates need orders of every outcome: ${JSON.stringify(counts)}`);
}
