import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { startServices } from '../../environment/child.js';
import { createDatabase, query, withDataSource } from '../../environment/databases.js';
import type { OrderCounts, Product, ShopEnvironment, ShopUnderTest } from '../../orders/shop-under-test.js';
import { PriceEntity, ProductEntity } from './entities.js';
import { serviceNames, type ServiceName } from './run-app.js';

type Urls = Readonly<Record<ServiceName, string>>;

/** Starts a shop of three services, all with one program. `name`: the prefix of its databases. */
export async function startNestShop(
  name: string,
  file: URL,
  { brokers, postgresUrl, products, folder }: ShopEnvironment,
  outcomesTopic: string | undefined,
): Promise<ShopUnderTest> {
  const [order, product, payment] = await Promise.all(
    serviceNames.map((service) => createDatabase(postgresUrl, `${name}_${service}`)),
  );
  const urls: Urls = { order: order!, product: product!, payment: payment! };
  const ports = await freePorts(serviceNames.length);
  const [orderUrl, PRODUCT_URL = '', PAYMENT_URL = ''] = ports.map((port) => `http://127.0.0.1:${port}`);
  const programs = serviceNames.map((service, index) => {
    const own = { SERVICE: service, DATABASE_URL: urls[service], PORT: String(ports[index]) };
    return { name: service, file, env: { ...own, KAFKA_BROKERS: brokers, PRODUCT_URL, PAYMENT_URL } };
  });
  const services = await startServices(programs, folder);
  const prices = products.map(({ productId, price }) => ({ productId, amount: price.amount }));
  await insertRows(urls.order, PriceEntity, prices);
  const stock = products.map(({ productId, sku, name: title, stock }) => ({ productId, sku, name: title, stock }));
  await insertRows(urls.product, ProductEntity, stock);
  return {
    ordersUrl: `${orderUrl}/orders`,
    processes: services.processes,
    outcomesTopic,
    audit: () => {
      services.check();
      return audit(urls, products);
    },
    stop: () => services.stop(),
  };
}

const insertRows = <E extends object>(url: string, entity: new () => E, rows: readonly E[]): Promise<unknown> =>
  withDataSource({ url, entities: [entity] }, (dataSource) => dataSource.getRepository(entity).insert([...rows]));

const orderCounts = `select count(*)::int as accepted, count(*) filter (where status = 'confirmed')::int as confirmed, count(*) filter (where status = 'pending')::int as pending,
  count(*) filter (where reason = 'out-of-stock')::int as "outOfStock", count(*) filter (where reason = 'payment-declined')::int as declined,
  (select coalesce(sum((line ->> 'quantity')::int8), 0)::float8 from orders o, jsonb_array_elements(o.lines) line where o.status = 'confirmed') as pieces from orders`;
const piecesLeft = `select coalesce(sum(stock), 0)::float8 as pieces from products`;
const capturedPayments = `select count(*)::int as captured from payments where status = 'captured'`;

/** Milliseconds for what is still in progress. */
const settleTimeout = 10_000;

/** Counts orders, pieces and payments once nothing is in progress. This shop promises no consistency: differences are counted. */
async function audit(urls: Urls, products: readonly Product[]): Promise<OrderCounts> {
  const deadline = Date.now() + settleTimeout;
  for (;;) {
    const counts = await count(urls, products);
    if (counts.unaccounted === 0 || Date.now() > deadline) return counts;
    await pause(200);
  }
}

async function count(urls: Urls, products: readonly Product[]): Promise<OrderCounts> {
  const [orders] = await query<OrderCounts & { pending: number; pieces: number }>(urls.order, orderCounts);
  const { pending, pieces, ...counts } = orders!;
  const [left] = await query<{ pieces: number }>(urls.product, piecesLeft);
  const [payments] = await query<{ captured: number }>(urls.payment, capturedPayments);
  const sold = products.reduce((sum, { stock }) => sum + stock, 0) - left!.pieces;
  const unaccounted = pending + Math.abs(sold - pieces) + Math.abs(payments!.captured - counts.confirmed);
  return { ...counts, unaccounted };
}
