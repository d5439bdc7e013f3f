import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { PlantedShop } from '../testing/planted-shop.js';
import { watchLines, watchShop, type ShopWatch, type WatchOptions, type WatchReport } from './watch-shop.js';

jest.setTimeout(60_000);

let shop: PlantedShop;
let watch: ShopWatch | undefined;
const product = randomUUID();
const order = randomUUID();

beforeAll(async () => {
  shop = await PlantedShop.open({
    user: [],
    product: [CreateCatalogueAndStock1760000000001],
    cart: [],
    order: [],
    payment: [CreatePaymentsAndLedger1760000000001],
  });
  await shop.sql(
    'product',
    `insert into products (product_id, sku, name, price_amount, price_currency, added_at) values ($1, 'T1', 'tea', 250, 'GBP', now())`,
    [product],
  );
  await shop.sql(
    'product',
    `insert into shelves (product_id, available, reserved, sold, initial, adjusted) values ($1, 5, 2, 3, 10, 0)`,
    [product],
  );
  await shop.sql('product', `insert into reservations (order_id, status, lines) values ($1, 'reserved', $2)`, [
    order,
    JSON.stringify([{ productId: product, quantity: 2 }]),
  ]);
  await shop.sql('product', 'alter table shelves drop constraint no_piece_lost');
  await shop.sql(
    'payment',
    `insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at, captured_amount, captured_currency, reference, taken_at,
       refunded_amount, refunded_currency, goodwill_amount, goodwill_currency, goodwill_pending_amount, goodwill_pending_currency)
     values ($1, $2, 'taken', $2, 500, 'GBP', 'sim_ok', now(), 500, 'GBP', 'r', now(), 0, 'GBP', 0, 'GBP', 0, 'GBP')`,
    [order, randomUUID()],
  );
  await shop.sql(
    'payment',
    'alter table payments drop constraint never_more_back_than_captured, drop constraint goodwill_is_covered',
  );
  await shop.sql('payment', 'drop trigger ledger_balances on ledger_entries');
  await shop.sql('payment', 'drop trigger ledger_only_grows on ledger_entries');
}, 120_000);
afterEach(async () => {
  await watch?.stop();
  watch = undefined;
});
afterAll(() => shop?.close());

const begin = (rest: Partial<WatchOptions> = {}): ShopWatch =>
  (watch = watchShop({ databases: shop.databases, brokers: shop.kafka, everySeconds: 0, ...rest }));

async function end(): Promise<WatchReport> {
  const report = await watch!.stop();
  watch = undefined;
  return report;
}

/** What one look finds while something is wrong. */
async function whileWrong(service: 'product' | 'payment', wrong: string, right: string): Promise<string[]> {
  begin();
  await shop.sql(service, wrong);
  await watch!.look();
  await shop.sql(service, right);
  return (await end()).violations.map(({ what }) => what);
}

describe('a watch over a sound shop', () => {
  it('finds nothing, and says how much it has seen', async () => {
    begin();
    const report = await end();
    expect(report.violations).toEqual([]);
    expect(report).toMatchObject({
      looks: 1,
      complete: 1,
      counted: { 'shelves looked at': 1, 'payments looked at': 1 },
    });
    expect(report.peaks['connections of order']).toBeGreaterThan(0);
    expect(watchLines(report)[0]).toBe('ok   watched: 1 looks, 1 of them complete');
  });
  it('measures the memory of instances that tell it', async () => {
    const server = createServer((_, response) => response.end('process_resident_memory_bytes 104857600\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    begin({ instances: [{ name: 'order-2', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }] });
    expect((await end()).peaks['resident MiB of order-2']).toBe(100);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what is wrong for a moment only', () => {
  it('is a piece that has vanished', async () =>
    expect(await whileWrong('product', 'update shelves set available = 4', 'update shelves set available = 5')).toEqual(
      ['initial 10 + adjusted 0 ≠ available 4 + reserved 2 + sold 3'],
    ));
  it('is a piece that is reserved for nobody', async () =>
    expect(
      await whileWrong(
        'product',
        'update shelves set available = 4, reserved = 3',
        'update shelves set available = 5, reserved = 2',
      ),
    ).toEqual(['3 reserved on the shelf, the open reservations say 2']));
  it('is more given back than was taken', async () =>
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
  it('is a ledger that has lost lines', async () => {
    begin();
    await watch!.look();
    await shop.sql('payment', 'delete from ledger_entries');
    expect((await end()).violations).toMatchObject([{ what: 'the ledger has 0 lines, it had 2', means: 'lost' }]);
  });
});

describe('what is said meanwhile', () => {
  it('is judged as it comes, once', async () => {
    begin();
    await watch!.look();
    const confirmed = await shop.say('order', 'order.events', 'order.confirmed', order, {});
    await shop.say('order', 'order.events', 'order.rejected', order, {});
    await shop.publish();
    await shop.publish([confirmed]);
    const report = await end();
    expect(report.violations).toMatchObject([
      { what: 'two outcomes: confirmed, rejected', ids: { order }, means: 'doubled' },
    ]);
    expect(report.counted).toMatchObject({ records: 3, repeats: 1 });
  });
});

describe('a part that is away', () => {
  it('is counted at each look, and the others are looked at all the same', async () => {
    begin({ databases: { ...shop.databases, order: 'postgres://nobody@127.0.0.1:1/none' } });
    await watch!.look();
    const report = await end();
    expect(report.parts).toMatchObject({ order: { answered: 0, away: 2 }, product: { answered: 2, away: 0 } });
    expect(report.complete).toBe(0);
    expect(watchLines(report).at(-2)).toContain('looks at which they were away: 2 order');
  });
  it('is asked anew when its connection was cut', async () => {
    begin();
    await watch!.look();
    await shop.sql(
      'product',
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tradewind-watch' and datname = current_database()`,
    );
    await watch!.look();
    const report = await end();
    expect(report.parts['product']!.answered).toBeGreaterThanOrEqual(2);
  });
});
