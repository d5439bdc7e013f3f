import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { ShopFixture } from '../testing/shop-fixture.js';
import { watchLines, watchShop, type ShopWatch, type WatchOptions, type WatchReport } from './watch-shop.js';

jest.setTimeout(60_000);

let shop: ShopFixture;
let watch: ShopWatch | undefined;
const product = randomUUID();
const order = randomUUID();

beforeAll(async () => {
  shop = await ShopFixture.open({
    user: [],
    product: [CreateCatalogueAndStock1760000000001],
    cart: [],
    order: [],
    payment: [CreatePaymentsAndLedger1760000000001],
  });
  await shop.sql(
    'product',
    `insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, search_words) values ($1, 'T1', 't1', 'tea', 'tea', 250, 'GBP', now(), 't1 tea')`,
    [product],
  );
  await shop.sql(
    'product',
    `insert into stock_levels (product_id, available, reserved, sold, initial, adjusted, changes) values ($1, 5, 2, 3, 10, 0, 1)`,
    [product],
  );
  await shop.sql('product', `insert into reservations (order_id, status, lines) values ($1, 'reserved', $2)`, [
    order,
    JSON.stringify([{ productId: product, quantity: 2 }]),
  ]);
  await shop.sql('product', 'alter table stock_levels drop constraint no_piece_lost');
  await shop.sql(
    'payment',
    `insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at, captured_amount, captured_currency, reference, taken_at,
       refunded_amount, refunded_currency, goodwill_amount, goodwill_currency, goodwill_pending_amount, goodwill_pending_currency)
     values ($1, $2, 'taken', $2, 500, 'GBP', 'sim_ok', now(), 500, 'GBP', 'r', now(), 0, 'GBP', 0, 'GBP', 0, 'GBP')`,
    [order, randomUUID()],
  );
  await shop.sql(
    'payment',
    'alter table payments drop constraint refund_within_capture, drop constraint goodwill_within_refund',
  );
  await shop.sql('payment', 'drop trigger ledger_balances on ledger_entries');
  await shop.sql('payment', 'drop trigger ledger_append_only on ledger_entries');
}, 120_000);
afterEach(async () => {
  await watch?.stop();
  watch = undefined;
});
afterAll(() => shop?.close());

const start = (rest: Partial<WatchOptions> = {}): ShopWatch =>
  (watch = watchShop({ databases: shop.databases, brokers: shop.kafka, intervalSeconds: 0, ...rest }));

async function stop(): Promise<WatchReport> {
  const report = await watch!.stop();
  watch = undefined;
  return report;
}

/** The violations that one round finds. */
async function whileWrong(service: 'product' | 'payment', wrong: string, right: string): Promise<string[]> {
  start();
  await shop.sql(service, wrong);
  await watch!.check();
  await shop.sql(service, right);
  return (await stop()).violations.map(({ what }) => what);
}

describe('a watch of a consistent shop', () => {
  it('finds nothing, and reports how much it read', async () => {
    start();
    const report = await stop();
    expect(report.violations).toEqual([]);
    expect(report).toMatchObject({
      rounds: 1,
      completeRounds: 1,
      counted: { 'stock levels read': 1, 'payments read': 1 },
    });
    expect(report.peaks['connections of order']).toBeGreaterThan(0);
    expect(watchLines(report)[0]).toBe('ok   watch: 1 rounds, 1 of them complete');
  });
  it('measures the memory of instances', async () => {
    const server = createServer((_, response) => response.end('process_resident_memory_bytes 104857600\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    start({
      instances: [{ name: 'order-2', operationsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
    });
    expect((await stop()).peaks['resident MiB of order-2']).toBe(100);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a violation for a short time', () => {
  it('is a missing piece', async () =>
    expect(
      await whileWrong('product', 'update stock_levels set available = 4', 'update stock_levels set available = 5'),
    ).toEqual(['initial 10 + adjusted 0 ≠ available 4 + reserved 2 + sold 3']));
  it('is a reserved piece without a reservation', async () =>
    expect(
      await whileWrong(
        'product',
        'update stock_levels set available = 4, reserved = 3',
        'update stock_levels set available = 5, reserved = 2',
      ),
    ).toEqual(['3 reserved in the stock level, 2 in the open reservations']));
  it('is a refund above the captured amount', async () =>
    expect(
      await whileWrong(
        'payment',
        'update payments set refunded_amount = 600',
        'update payments set refunded_amount = 0',
      ),
    ).toEqual(['the payment has 600 refunded of 500 captured']));
  it('is a ledger that does not balance', async () =>
    expect(
      await whileWrong(
        'payment',
        `insert into ledger_entries values ('x y', '${order}', 'x', 'y', 7, 'GBP', '${order}', now())`,
        `insert into ledger_entries values ('x z', '${order}', 'x', 'z', -7, 'GBP', '${order}', now())`,
      ),
    ).toEqual(['the ledger does not balance: 7 GBP too much']));
  it('is a ledger with fewer lines', async () => {
    start();
    await watch!.check();
    await shop.sql('payment', 'delete from ledger_entries');
    expect((await stop()).violations).toMatchObject([{ what: 'the ledger has 0 lines, it had 2', kind: 'lost' }]);
  });
});

describe('records that are published during the watch', () => {
  it('are checked as they arrive, once', async () => {
    start();
    await watch!.check();
    const confirmed = await shop.addPublished('order', 'order.events', 'order.confirmed', order, {});
    await shop.addPublished('order', 'order.events', 'order.rejected', order, {});
    await shop.publish();
    await shop.publish([confirmed]);
    const report = await stop();
    expect(report.violations).toMatchObject([
      { what: 'two outcomes: confirmed, rejected', ids: { order }, kind: 'doubled' },
    ]);
    expect(report.counted).toMatchObject({ records: 3, repeats: 1 });
  });
});

describe('an unavailable part', () => {
  it('is counted in each round, and the others are still checked', async () => {
    start({ databases: { ...shop.databases, order: 'postgres://user@127.0.0.1:1/none' } });
    await watch!.check();
    const report = await stop();
    expect(report.parts).toMatchObject({
      order: { answered: 0, unavailable: 2 },
      product: { answered: 2, unavailable: 0 },
    });
    expect(report.completeRounds).toBe(0);
    expect(watchLines(report).at(-2)).toContain('rounds without an answer: 2 order');
  });
  it('is asked again after its connection was cut', async () => {
    start();
    await watch!.check();
    await shop.sql(
      'product',
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tradewind-watch' and datname = current_database()`,
    );
    await watch!.check();
    const report = await stop();
    expect(report.parts['product']!.answered).toBeGreaterThanOrEqual(2);
  });
});
