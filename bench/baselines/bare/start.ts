import { topics } from '@tradewind/contracts';
import { messagingMigrations } from '@tradewind/messaging';
import { CreateOrdersAndPrices1760000000001 } from '../../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { query } from '../../environment/databases.js';
import { createTopics } from '../../environment/kafka.js';
import type { StartShop } from '../../orders/shop-under-test.js';
import { productRows, startThreeServices } from '../start-services.js';
import { audit } from './audit.js';

/** The tables, indexes and constraints of the shop. */
const migrations = {
  order: CreateOrdersAndPrices1760000000001,
  product: CreateCatalogueAndStock1760000000001,
  payment: CreatePaymentsAndLedger1760000000001,
};
const price = `(price ->> 'amount')::int8, price ->> 'currency'`;
const insertPrices = `insert into prices (product_id, name, price_amount, price_currency, archived, sequence) select "productId", name, ${price}, false, 1 from ${productRows}`;
const insertProducts = `insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, search_words) select "productId", sku, lower(sku), name, lower(name), ${price}, now(), lower(name) from ${productRows}`;
const insertStock = `insert into stock_levels (product_id, available, reserved, sold, initial, adjusted, changes) select "productId", stock, 0, 0, stock, 0, 1 from ${productRows}`;

/**
 * The shop without a framework, in pg, node:http and the Kafka client of the library, which is kafkajs with its repairs: the same tables, messages
 * and transactions, in batches. Without tokens, validation, encryption and retries: an error ends it. It is the upper limit for the shop.
 */
export const startBare: StartShop = async (environment) => {
  await createTopics(environment.brokers, Object.values(topics));
  const products = [JSON.stringify(environment.products)];
  const shop = {
    name: 'bare',
    fileOf: (service: string) => new URL(`${service}.js`, import.meta.url),
    migrationsOf: (service: keyof typeof migrations) => [...messagingMigrations, migrations[service]],
    outcomesTopic: topics.orderEvents.name,
    addProducts: async (urls: Record<keyof typeof migrations, string>) => {
      await query(urls.order, insertPrices, products);
      await query(urls.product, insertProducts, products);
      await query(urls.product, insertStock, products);
    },
    audit,
  };
  return startThreeServices(shop, environment);
};
