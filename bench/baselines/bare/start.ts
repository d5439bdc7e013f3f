import { messagingMigrations } from '@tradewind/messaging';
import type { DataSource, MigrationInterface } from 'typeorm';
import { CreateOrdersAndPrices1760000000001 } from '../../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { startServices } from '../../environment/child.js';
import { createDatabase, withDataSource } from '../../environment/databases.js';
import { createTopics } from '../../environment/kafka.js';
import type { Product, StartShop } from '../../orders/shop-under-test.js';
import { audit, type ServiceName } from './audit.js';
import { topics } from './outbox.js';

/**
 * The shop without a framework, in pg, kafkajs and node:http: the same tables, messages and transactions, in batches. Without tokens, validation,
 * encryption and retries: an error ends it. It is the upper limit for the shop.
 */
export const startBare: StartShop = async ({ brokers, postgresUrl, products, folder }) => {
  await createTopics(brokers, Object.values(topics));
  const urls = { order: '', product: '', payment: '' };
  for (const name of Object.keys(urls) as ServiceName[])
    urls[name] = await createServiceDatabase(postgresUrl, name, products);
  const [port = 0] = await freePorts(1);
  const programs = (Object.keys(urls) as ServiceName[]).map((name) => ({
    name,
    file: new URL(`${name}/main.js`, import.meta.url),
    env: { DATABASE_URL: urls[name], KAFKA_BROKERS: brokers, PORT: String(port) },
  }));
  const services = await startServices(programs, folder);
  return {
    ordersUrl: `http://127.0.0.1:${port}/orders`,
    processes: services.processes,
    outcomesTopic: topics.orderEvents.name,
    audit: () => {
      services.check();
      return audit(urls);
    },
    stop: () => services.stop(),
  };
};

const migrations: Readonly<Record<ServiceName, new () => MigrationInterface>> = {
  order: CreateOrdersAndPrices1760000000001,
  product: CreateCatalogueAndStock1760000000001,
  payment: CreatePaymentsAndLedger1760000000001,
};
const insertPrices = `insert into prices (product_id, name, price_amount, price_currency, archived, sequence)
select product_id, name, amount, currency, false, 1 from unnest($1::uuid[], $2::text[], $3::int8[], $4::text[]) as p(product_id, name, amount, currency)`;
const insertProducts = `insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, search_words)
select product_id, sku, lower(sku), name, lower(name), amount, currency, now(), lower(name) from unnest($1::uuid[], $2::text[], $3::int8[], $4::text[], $5::text[]) as p(product_id, name, amount, currency, sku)`;
const insertStock = `insert into stock_levels (product_id, available, reserved, sold, initial, adjusted, changes)
select product_id, stock, 0, 0, stock, 0, 1 from unnest($1::uuid[], $2::int8[]) as s(product_id, stock)`;

/** A database with the tables, indexes and constraints of the shop, and the products. */
async function createServiceDatabase(
  postgresUrl: string,
  name: ServiceName,
  products: readonly Product[],
): Promise<string> {
  const url = await createDatabase(postgresUrl, `bare_${name}`);
  await withDataSource({ url, migrations: [...messagingMigrations, migrations[name]] }, async (dataSource) => {
    await dataSource.runMigrations();
    await insert(name, dataSource, products);
  });
  return url;
}

async function insert(service: ServiceName, dataSource: DataSource, products: readonly Product[]): Promise<void> {
  const column = (value: (product: Product) => unknown): unknown[] => products.map(value);
  const ids = column(({ productId }) => productId);
  const priced = [
    ids,
    column(({ name }) => name),
    column(({ price }) => price.amount),
    column(({ price }) => price.currency),
  ];
  if (service === 'order') await dataSource.query(insertPrices, priced);
  if (service !== 'product') return;
  await dataSource.query(insertProducts, [...priced, column(({ sku }) => sku)]);
  await dataSource.query(insertStock, [ids, column(({ stock }) => stock)]);
}
