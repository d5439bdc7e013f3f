import { messagingMigrations } from '@tradewind/messaging';
import { DataSource, type MigrationInterface } from 'typeorm';
import { CreateOrdersAndPrices1760000000001 } from '../../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import type { Product } from '../../ground/contestant.js';
import { createDatabase } from '../../ground/databases.js';

const services = {
  order: CreateOrdersAndPrices1760000000001,
  product: CreateCatalogueAndStock1760000000001,
  payment: CreatePaymentsAndLedger1760000000001,
} satisfies Record<string, new () => MigrationInterface>;

export type Service = keyof typeof services;
export type Urls = Readonly<Record<Service, string>>;

const addPrices = `insert into prices (product_id, name, price_amount, price_currency, sequence)
select product_id, name, amount, currency, 1 from unnest($1::uuid[], $2::text[], $3::int8[], $4::text[]) as p(product_id, name, amount, currency)`;
const addProducts = `insert into products (product_id, sku, name, price_amount, price_currency, added_at)
select product_id, sku, name, amount, currency, now() from unnest($1::uuid[], $2::text[], $3::int8[], $4::text[], $5::text[]) as p(product_id, name, amount, currency, sku)`;
const addShelves = `insert into shelves (product_id, available, reserved, sold, initial, adjusted)
select product_id, stock, 0, 0, stock, 0 from unnest($1::uuid[], $2::int8[]) as s(product_id, stock)`;

/** A database a service with the very tables, indexes and constraints of the shop, and the catalogue in it. */
export async function createDatabases(postgresUrl: string, products: readonly Product[]): Promise<Urls> {
  const urls = { order: '', product: '', payment: '' };
  for (const service of ['order', 'product', 'payment'] as const) {
    urls[service] = await createDatabase(postgresUrl, `bare_${service}`);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: urls[service],
      migrations: [...messagingMigrations, services[service]],
    }).initialize();
    await dataSource.runMigrations();
    await stock(service, dataSource, products);
    await dataSource.destroy();
  }
  return urls;
}

async function stock(service: Service, dataSource: DataSource, products: readonly Product[]): Promise<void> {
  const ids = products.map(({ productId }) => productId);
  const priced = [
    ids,
    products.map(({ name }) => name),
    products.map(({ price }) => price.amount),
    products.map(({ price }) => price.currency),
  ];
  if (service === 'order') await dataSource.query(addPrices, priced);
  if (service === 'product') {
    await dataSource.query(addProducts, [...priced, products.map(({ sku }) => sku)]);
    await dataSource.query(addShelves, [ids, products.map(({ stock: pieces }) => pieces)]);
  }
}
