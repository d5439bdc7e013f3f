import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { groupBy } from '@tradewind/kernel';
import { descriptionHash, handlersOf } from '@tradewind/messaging/internals';
import { describeDefinition } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { createServiceDatabase } from '../../tools/platform/postgres/service-database.js';
import { seededRandom } from '../../tools/shop/retail/seeded-random.js';
import { consumedTypes, serviceOf } from '../../tools/audit/invariants/consumed-types.js';
import { databaseServices, serviceNames } from '../../tools/services.js';
import { serviceParts } from '../services/index.js';
import { byExtent } from '../extent.js';
import { Load } from '../faults/load/load.js';
import {
  aCustomer,
  aKey,
  anAddress,
  aProduct,
  checkOut,
  logIn,
  outcomeOf,
  pounds,
  putInCart,
  type Customer,
} from './api/customers.js';
import type { Accepted, Product } from './api/responses.js';
import { dataKeysOf, publishedEvents, restore, rowsOf } from './recovered/from-events.js';
import { contentOf } from './trading/content.js';
import { metricsIn, missingMetrics, seriesIn } from './trading/exposed-metrics.js';
import { missingIn, orderTrace, traceOf } from './trading/order-trace.js';
import { TradingShop } from './trading/trading-shop.js';

const minutes = 60_000;
jest.setTimeout(byExtent(10, 120) * minutes);

/** How often each service is killed, and how many services at a time. */
const kills = byExtent(1, 10);
const killedAtOnce = 3;
/** Orders to accept while Kafka is stopped. */
const ordersWithoutKafka = byExtent(3, 200);

/** Every consumer that decides or keeps a copy. */
const consumers = Object.keys(consumedTypes);
/** Consumers that only keep a copy: they can be rebuilt. */
const projections = databaseServices.flatMap((service) => {
  const metadata = serviceParts[service].definition.handlers
    .flatMap((Handler) => handlersOf(new Handler()))
    .map((handler) => handler.metadata);
  return [...groupBy(metadata, ({ consumer }) => consumer)]
    .filter(([, handlers]) => handlers.every(({ kind }) => kind === 'projection'))
    .map(([consumer]) => (consumer === undefined ? service : `${service}.${consumer}`));
});
const confirmed = ['--reason', 'a test', '--yes'];

interface Replay {
  readonly state: string;
  readonly read: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: readonly unknown[];
}

interface Rebuild {
  readonly exchanged: boolean;
  readonly tables: readonly { readonly table: string; readonly different: number; readonly onlyLive: number }[];
}

/** Orders two pieces; returns the id of the accepted order. */
async function orderOf(buyer: Customer, { id }: Product): Promise<string> {
  const { status, body } = await buyer.post<Accepted>(
    '/orders',
    { items: [{ productId: id, quantity: 2 }], paymentMethod: 'sim_ok', shippingAddress: anAddress() },
    { 'idempotency-key': aKey() },
  );
  expect(status).toBe(202);
  return body.orderId;
}

describe('a shop that trades', () => {
  let trading: TradingShop;
  const expectCleanAudit = async (): Promise<void> =>
    expect(await trading.audit()).toEqual({ violations: [], clean: true });
  const replay = (consumer: string, ...options: string[]): Promise<Replay> =>
    trading.tradewind<Replay>('replay', '--consumer', consumer, ...options, ...confirmed);
  const rebuild = (consumer: string): Promise<Rebuild> => trading.tradewind<Rebuild>('rebuild', consumer, ...confirmed);

  beforeAll(async () => {
    trading = await TradingShop.open();
  });
  afterAll(() => trading?.close());

  it('is what the checkout describes, so that each of its services can be deployed', async () => {
    for (const service of databaseServices)
      expect(await trading.query(service, 'select hash from msg_descriptions')).toEqual([
        { hash: descriptionHash(describeDefinition(serviceParts[service].definition)) },
      ]);
    expect(await trading.tradewind('contracts', 'deployable', 'order', 'payment')).toEqual({
      deployable: true,
      services: ['order', 'payment'],
      neverStarted: [],
      problems: [],
    });
  });

  it('makes one trace of an order, from the gateway to the sold stock', async () => {
    const { gatewayUrl, admin } = trading.shop;
    const buyer = await aCustomer(gatewayUrl);
    const product = await aProduct(await logIn(gatewayUrl, admin.email, admin.password));
    await eventually(async () => (await putInCart(buyer, product)).status === 200, minutes);
    const { orderId } = (await checkOut(buyer)).body;
    const traceId = await eventually(() => {
      const { spans } = trading.collector;
      const sold = spans.find(
        ({ name, attributes }) =>
          name === 'process stock.events' &&
          attributes['messaging.message.conversation_id'] === orderId &&
          attributes['tradewind.message.type'] === 'stock.sold',
      );
      return sold?.traceId;
    }, minutes);
    await eventually(() => missingIn(trading.collector.spans, traceId).length === 0, minutes);
    const { steps, roots } = traceOf(trading.collector.spans, traceId);
    expect(roots).toEqual(['gateway: POST /cart/checkout']);
    expect(steps).toEqual(expect.arrayContaining(orderTrace));
    // From here on the collector is away, which must harm nothing.
    trading.collector.close();
  });

  it('exposes every metric that dashboards and alerts ask for, in at most 2,000 series an instance', async () => {
    const exposed = new Map<string, Set<string>>();
    for (const { name, operationsUrl } of trading.shop.instances) {
      const text = await (await fetch(`${operationsUrl}/metrics`)).text();
      expect([name, seriesIn(text) <= 2_000]).toEqual([name, true]);
      for (const [metric, labels] of metricsIn(text))
        exposed.set(metric, new Set([...labels, ...(exposed.get(metric) ?? [])]));
    }
    expect(missingMetrics(exposed)).toEqual([]);
  });

  it('has a clean audit when every service is killed meanwhile', async () => {
    const random = seededRandom(1, 'kills');
    const plan = Array.from({ length: kills }, () => random.pick(serviceNames.length, serviceNames)).flat();
    const { result, ended } = trading.trade(1, 8);
    for (const [index, service] of plan.entries()) {
      const outcomes = ((Math.floor(index / killedAtOnce) * killedAtOnce) / plan.length) * 0.8 * trading.orders;
      await eventually(() => ended() || trading.outcomes > outcomes, 60 * minutes);
      await eventually(() => trading.shop.processes.get(service)!.pid !== undefined, minutes);
      trading.shop.kill(service);
    }
    expect(await result).toBe(true);
    await trading.shop.untilReady();
    await expectCleanAudit();
  });

  it('accepts orders while Kafka is stopped, and completes them afterwards', async () => {
    const { gatewayUrl, admin } = trading.shop;
    const buyer = await aCustomer(gatewayUrl);
    const product = await aProduct(await logIn(gatewayUrl, admin.email, admin.password), { stock: 1_000 });
    await eventually(() => orderOf(buyer, product)); // until the order service knows the product
    const earlier = trading.outcomes;
    const { result } = trading.trade(2, 8);
    await eventually(() => trading.outcomes > earlier, 60 * minutes);
    await trading.shop.stopProcess('kafka');
    const accepted = await Promise.all(Array.from({ length: ordersWithoutKafka }, () => orderOf(buyer, product)));
    await trading.shop.startProcess('kafka');
    for (const orderId of accepted)
      await eventually(async () => (await outcomeOf(buyer, orderId)).status === 'confirmed', 10 * minutes);
    expect(await result).toBe(true);
    await expectCleanAudit();
  });

  it('replays consumers while it trades: nothing is handled twice, and rebuilt projections equal the live ones', async () => {
    const { gatewayUrl, admin } = trading.shop;
    const { historyFile } = trading;
    const load = await Load.open({
      gatewayUrl,
      admin,
      historyFile,
      seed: 3,
      buyers: 2,
      articles: 10,
      log: () => undefined,
    });
    load.start(200);
    await eventually(() => load.counts.settled > 0, minutes);
    for (const consumer of byExtent(['order', 'cart.prices'], consumers)) {
      const { state, counts, failed } = await replay(consumer);
      const handled = Object.keys(counts).filter((what) => what !== 'known');
      expect({ consumer, state, failed, handled }).toEqual({ consumer, state: 'done', failed: [], handled: [] });
    }
    for (const consumer of projections) {
      expect(await replay(consumer, '--reprocess')).toMatchObject({ state: 'done', failed: [] });
      expect(await rebuild(consumer)).toMatchObject({ exchanged: true, tables: [{ different: 0 }] });
    }
    await load.close();
    expect(load.counts.errors).toEqual([]);
    await expectCleanAudit();
  });

  it('changes no row, publishes nothing and calls no provider in a replay of an idle shop', async () => {
    const before = await contentOf(trading);
    await Promise.all(
      consumers.map(async (consumer) => {
        const { read, counts } = await replay(consumer, '--no-throttle');
        const others = Object.keys(counts).filter((what) => what !== 'known');
        expect([consumer, read > 0, others]).toEqual([consumer, true, []]);
      }),
    );
    await Promise.all(projections.map((consumer) => replay(consumer, '--reprocess', '--no-throttle')));
    const after = await contentOf(trading);
    // A generation of a projection has inbox rows of its own.
    for (const service of new Set(projections.map(serviceOf)))
      for (const content of [before, after]) delete content[`${service}.msg_inbox`];
    expect(after).toEqual(before);
  });

  it('repairs a wrong copy with a replay or a rebuild', async () => {
    const hash = async (): Promise<string> =>
      (
        await trading.query<{ hash: string }>(
          'cart',
          `select md5(string_agg(md5(p::text), '' order by product_id)) as hash from products p`,
        )
      )[0]!.hash;
    const correct = await hash();
    await trading.query(
      'cart',
      `update products set price_amount = 1 where product_id in (select product_id from products order by 1 limit 10)`,
    );
    expect(await hash()).not.toBe(correct);
    await replay('cart.prices', '--reprocess', '--no-throttle');
    expect(await hash()).toBe(correct);
    await trading.query('cart', `update products set name = 'wrong'`);
    expect(await rebuild('cart.prices')).toMatchObject({ exchanged: true });
    expect(await hash()).toBe(correct);
    await expectCleanAudit();
  });

  it('rebuilds a projection while prices change, and the copy has the last price', async () => {
    const { gatewayUrl, admin } = trading.shop;
    const client = await logIn(gatewayUrl, admin.email, admin.password);
    const product = await aProduct(client);
    const copiedPrice = async (): Promise<number | undefined> =>
      (
        await trading.query<{ price: number }>(
          'cart',
          'select price_amount::int as price from products where product_id = $1',
          [product.id],
        )
      )[0]?.price;
    await eventually(copiedPrice);
    let ended = false;
    let price = 1_000;
    const changing = (async () => {
      while (!ended)
        expect((await client.patch(`/products/${product.id}`, { price: pounds(++price) })).status).toBe(200);
    })();
    const { exchanged, tables } = await rebuild('cart.prices').finally(() => (ended = true));
    await changing;
    expect([exchanged, tables.map(({ table, onlyLive }) => [table, onlyLive])]).toEqual([true, [['products', 0]]]);
    await eventually(async () => (await copiedPrice()) === price);
    expect(await trading.tradewind<Rebuild>('rebuild', 'cart.prices', '--shadow')).toMatchObject({
      exchanged: false,
      tables: [{ different: 0 }],
    });
    expect(await trading.tradewind('rebuild', 'drop', 'cart.prices', ...confirmed)).toEqual({
      done: true,
      did: ['Dropped.'],
    });
    await expect(trading.tradewind('rebuild', 'cart', '--shadow')).rejects.toThrow('user.forgotten with policies');
  });

  it('has published everything that its databases contain', async () => {
    const { shop } = trading;
    const events = await publishedEvents(shop);
    const users = await new DataSource({ type: 'postgres', url: shop.databases.user }).initialize();
    const dataKeys = await dataKeysOf(users);
    await users.destroy();
    const { dataKeySecret } = JSON.parse(readFileSync(shop.state.secretsFile, 'utf8')) as { dataKeySecret: string };
    for (const service of databaseServices) {
      const live = await new DataSource({ type: 'postgres', url: shop.databases[service] }).initialize();
      const { definition, recovery } = serviceParts[service];
      const rows = recovery({ DATA_KEY_SECRET: dataKeySecret }).rows(events, dataKeys);
      const { ownerUrl } = await createServiceDatabase(shop.adminUrl, `${service}_recovered`, {
        service: 'recovered',
        owner: 'recovered',
      });
      const recovered = await restore(ownerUrl, definition.migrations, rows);
      for (const [table] of rows) {
        const [actual, expected] = [await rowsOf(recovered, table), await rowsOf(live, table)];
        expect([service, table.name, actual.length]).toEqual([service, table.name, expected.length]);
        expect(actual).toEqual(expected);
      }
      await recovered.destroy();
      await live.destroy();
    }
  });
});
