import { setTimeout as pause } from 'node:timers/promises';
import { query } from '../../environment/databases.js';
import { createTopics } from '../../environment/kafka.js';
import { countOrders } from '../../orders/shop-data.js';
import type { OrderCounts, ShopEnvironment, ShopUnderTest, StartShop } from '../../orders/shop-under-test.js';
import { productRows, startThreeServices, type Urls } from '../start-services.js';
import { allTopics, topics } from './topics.js';

/**
 * The shop as tutorials for NestJS with Kafka build it: a handler saves with TypeORM, then emits the next event. Without outbox, inbox and saga,
 * a crash between the two loses the event, and a repeated record is handled again.
 */
export const startNestTutorial: StartShop = async (environment) => {
  await createTopics(environment.brokers, allTopics);
  return start('tutorial', topics.orderEvents, environment);
};

/**
 * The shop as services that call each other: the caller waits until stock, payment and order have answered one after another. There is no broker
 * and no message. A failure in the middle is compensated if possible.
 */
export const startHttp: StartShop = (environment) => start('http', undefined, environment);

const insertPrices = `insert into prices ("productId", amount) select "productId", (price ->> 'amount')::int from ${productRows}`;
const insertProducts = `insert into products ("productId", sku, name, stock) select "productId", sku, name, stock from ${productRows}`;
const piecesOrdered = `select coalesce(sum((line ->> 'quantity')::int8), 0)::float8 as count from orders o, jsonb_array_elements(o.lines) line where o.status = 'confirmed'`;
const piecesLeft = `select coalesce(sum(stock), 0)::float8 as count from products`;
const capturedPayments = `select count(*)::int as count from payments where status = 'captured'`;

/** Milliseconds for what is still in progress. */
const settleTimeout = 10_000;

function start(
  name: 'tutorial' | 'http',
  outcomesTopic: string | undefined,
  environment: ShopEnvironment,
): Promise<ShopUnderTest> {
  const rows = [JSON.stringify(environment.products)];
  const pieces = environment.products.reduce((sum, { stock }) => sum + stock, 0);
  const shop = {
    name,
    fileOf: () => new URL(`${name}.js`, import.meta.url),
    outcomesTopic,
    addProducts: async (urls: Urls) => {
      await query(urls.order, insertPrices, rows);
      await query(urls.product, insertProducts, rows);
    },
    audit: (urls: Urls) => audit(urls, pieces),
  };
  return startThreeServices(shop, environment);
}

/** Counts orders, pieces and payments once nothing is in progress. This shop promises no consistency: differences are counted. */
async function audit(urls: Urls, pieces: number): Promise<OrderCounts> {
  const count = async (url: string, text: string): Promise<number> =>
    (await query<{ count: number }>(url, text))[0]!.count;
  const deadline = Date.now() + settleTimeout;
  for (;;) {
    const counts = await countOrders(urls.order);
    const sold = pieces - (await count(urls.product, piecesLeft));
    const unsold = Math.abs(sold - (await count(urls.order, piecesOrdered)));
    const unpaid = Math.abs((await count(urls.payment, capturedPayments)) - counts.confirmed);
    const unaccounted = counts.unaccounted + unsold + unpaid;
    if (unaccounted === 0 || Date.now() > deadline) return { ...counts, unaccounted };
    await pause(200);
  }
}
