import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CreateCarts1760000000001 } from '../../apps/cart/migrations/0001-create-carts.js';
import { CreateOrdersAndPrices1760000000001 } from '../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { auditWith, reportLines, type AuditReport } from './main.js';
import { PlantedShop } from './testing/planted-shop.js';

jest.setTimeout(60_000);

let shop: PlantedShop;
const product = randomUUID();
const ann = randomUUID();
const bought = randomUUID();
const refused = randomUUID();
const key = createHash('sha256').update('a key').digest('hex');

const audit = (): Promise<AuditReport> => auditWith(shop.kafka, { databases: shop.databases, providerLog: shop.providerLog, waitSeconds: 0, log: () => undefined });

/** All that was found, each with the invariant that it breaks. */
const found = async (): Promise<string[]> => (await audit()).sections.flatMap(({ id, violations }) => violations.map(({ what }) => `${id} ${what}`));

beforeAll(async () => {
  shop = await PlantedShop.open({
    user: [],
    product: [CreateCatalogueAndStock1760000000001],
    cart: [CreateCarts1760000000001],
    order: [CreateOrdersAndPrices1760000000001],
    payment: [CreatePaymentsAndLedger1760000000001],
  });
  await aProduct();
  await anOrder(bought, 'confirmed', 3);
  await anOrder(refused, 'rejected', 50);
  await goodsAndMoney();
  await shop.publish();
}, 120_000);
afterAll(() => shop?.close());

async function aProduct(): Promise<void> {
  await shop.sql('product', `insert into products (product_id, sku, name, price_amount, price_currency, added_at) values ($1, 'T1', 'tea', 250, 'GBP', now())`, [product]);
  await shop.sql('product', `insert into shelves (product_id, available, reserved, sold, initial, adjusted) values ($1, 8, 0, 3, 10, 1)`, [product]);
  await shop.say('product', 'product.events', 'product.added', product, { productId: product, stock: 10 });
  await shop.say('product', 'product.events', 'product.stock-adjusted', product, { productId: product, delta: 1 });
}

async function anOrder(order: string, outcome: 'confirmed' | 'rejected', quantity: number): Promise<void> {
  const lines = JSON.stringify([{ productId: product, name: 'tea', quantity, unitPrice: { amount: 250, currency: 'GBP' } }]);
  const total = 250 * quantity;
  await shop.sql('cart', `insert into checkouts (order_id, user_id, status, total_amount, total_currency, key_hash, body_hash, checked_out_at, sequence) values ($1, $2, $3, $4, 'GBP', $5, 'b', now(), 2)`, [order, ann, outcome, total, order === bought ? key : order]);
  await shop.say('cart', 'cart.events', 'cart.checked-out', order, { orderId: order });
  await shop.sql(
    'order',
    `insert into orders (order_id, user_id, status, lines, total_amount, total_currency, goodwill_amount, goodwill_currency, payment_method, reason, placed_at, confirmed_at, history)
     values ($1, $2, $3, $4, $5, 'GBP', 0, 'GBP', 'sim_ok', $6, now(), $7, '[{"what":"placed"}]')`,
    [order, ann, outcome, lines, total, outcome === 'rejected' ? 'out-of-stock' : null, outcome === 'confirmed' ? new Date() : null],
  );
  await shop.sql(
    'order',
    `insert into msg_sagas (id, saga, version, subject, status, state, started_at, updated_at) values ('place-order:' || $1, 'place-order', 1, $1, $2, '{"step":null}', now(), now())`,
    [order, outcome === 'confirmed' ? 'completed' : 'failed'],
  );
  await shop.say('order', 'order.events', 'order.placed', order, { orderId: order });
  await shop.say('order', 'order.events', `order.${outcome}`, order, { orderId: order });
}

async function goodsAndMoney(): Promise<void> {
  await shop.sql('product', `insert into reservations (order_id, status, lines) values ($1, 'sold', $2)`, [bought, JSON.stringify([{ productId: product, quantity: 3 }])]);
  await shop.sql('product', `insert into reservations (order_id, status, shortages) values ($1, 'refused', '[]')`, [refused]);
  await shop.sql(
    'payment',
    `insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at, captured_amount, captured_currency, reference, taken_at,
       refunded_amount, refunded_currency, goodwill_amount, goodwill_currency, goodwill_pending_amount, goodwill_pending_currency)
     values ($1, $2, 'taken', $3, 750, 'GBP', 'sim_ok', now(), 750, 'GBP', 'r', now(), 0, 'GBP', 0, 'GBP', 0, 'GBP')`,
    [bought, randomUUID(), ann],
  );
  await book('take:1', 750);
  shop.provider({ at: 'now', key: `${bought}:take:1`, operation: 'take', amount: 750, currency: 'GBP', method: 'sim_ok', reference: 'r' });
}

const book = (step: string, amount: number) =>
  shop.sql(
    'payment',
    `insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at)
     select $2::text || ' ' || account, $1::uuid, $2::text, account, amount, 'GBP', gen_random_uuid(), now() from (values ('provider:clearing', $3::int8), ('customer:' || $1::text, -$3::int8)) as l(account, amount)`,
    [bought, `${bought}:${step}`, amount],
  );

/** Something wrong, for the time of one audit. */
async function whilePlanted(service: Parameters<PlantedShop['sql']>[0], wrong: string, right: string): Promise<string[]> {
  await shop.sql(service, wrong);
  try {
    return await found();
  } finally {
    await shop.sql(service, right);
  }
}

describe('a shop in which everything agrees', () => {
  it('is clean, and everything was counted', async () => {
    const report = await audit();
    expect(reportLines(report).filter((line) => line.includes('✗'))).toEqual([]);
    expect(report.clean).toBe(true);
    expect(Object.fromEntries(report.sections.map(({ id, counted }) => [id, counted]))).toMatchObject({
      G1: { orders: 2, payments: 1, 'pence captured': 750, 'operations in the provider’s log': 1 },
      G2: { products: 1, 'pieces available': 8, 'pieces sold': 3, reservations: 2 },
      G3: { orders: 2, 'with their outcome': 2 },
      G4: { accepted: 2, confirmed: 1, rejected: 1 },
      G5: { archived: 8, 'on the topics': 8, repeats: 0 },
      G6: { keys: 5, records: 8 },
    });
  });
});

describe('a wrong row', () => {
  it('of a shelf breaks G2', async () =>
    expect(await whilePlanted('product', 'update shelves set available = 7, sold = 4', 'update shelves set available = 8, sold = 3')).toEqual([
      'G2 4 sold on the shelf, the reservations say 3',
      'G2 4 sold, the lines of confirmed orders say 3',
    ]));
  it('of an order breaks what it disagrees with', async () =>
    expect(await whilePlanted('order', `update orders set total_amount = 800 where status = 'confirmed'`, `update orders set total_amount = 750 where status = 'confirmed'`)).toEqual([
      'G1 its total is 800, its lines come to 750',
      'G1 confirmed: captured 750 − refunded 0 ≠ total 800 − goodwill 0',
      'G1 the ledger owes the buyer 750, the order is confirmed with a total of 800',
      "G4 accepted for 750, the order's total is 800",
    ]));
  it('of an order without its outcome breaks G3', async () =>
    expect(
      await whilePlanted('order', `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`, `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`),
    ).toContain('G3 no outcome: the order is pending'));
});

describe('something that is missing', () => {
  it('in the archive breaks G5', async () => {
    await shop.sql('order', `create table kept as select * from msg_outbox_archive where type = 'order.confirmed'`);
    expect(await whilePlanted('order', `delete from msg_outbox_archive where type = 'order.confirmed'`, 'insert into msg_outbox_archive select * from kept')).toEqual(['G5 on the topic, and in no outbox or archive']);
  });
  it('on the topic breaks G5', async () => {
    const wrong = `insert into msg_outbox_archive select 9000, gen_random_uuid(), topic, key, type, version, 3, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'order.confirmed'`;
    expect(await whilePlanted('order', wrong, 'delete from msg_outbox_archive where position = 9000')).toEqual(['G5 archived as published, and not on the topic']);
  });
  it('of the sagas breaks G4', async () =>
    expect(await whilePlanted('order', `update msg_sagas set saga = 'other' where status = 'failed'`, `update msg_sagas set saga = 'place-order' where status = 'failed'`)).toEqual(['G4 an order without a place-order saga']));
});

describe('what waits for an operator', () => {
  it('is listed by its order, and is not clean', async () => {
    const message = randomUUID();
    await shop.sql('order', `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`);
    await shop.sql('order', `insert into msg_parked_lanes (consumer, lane, key, state, cause, detail, tries) values ('order', $1, $2, 'parked', 'Poison', 'no JSON', 4)`, [`payment.events\n${bought}`, bought]);
    await shop.sql('order', `insert into msg_parked (consumer, message_id, lane, topic, partition, record_offset, key, value, headers) values ('order', $1, $2, 'payment.events', 0, 0, $3, 'x', '{}')`, [message, `payment.events\n${bought}`, bought]);
    const report = await audit();
    await shop.sql('order', `delete from msg_parked`);
    await shop.sql('order', `delete from msg_parked_lanes`);
    await shop.sql('order', `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`);
    expect(report.waiting).toEqual([{ what: 'a message of payment.events is parked for order: Poison: no JSON', ids: { service: 'order', message, key: bought }, order: bought }]);
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report.clean).toBe(false);
  });
});

describe('an effect that happened twice', () => {
  it('in our own wishes breaks G1', async () => {
    const wrong = `insert into msg_effects (id, name, key, payload, cause, correlation, done_at) select gen_random_uuid(), 'take', 'k', '{}', '01900000-0000-7000-8000-000000000000', 'k', now() from generate_series(1, 2)`;
    expect(await whilePlanted('payment', wrong, 'delete from msg_effects')).toEqual(['G1 an effect was wished 2 times by one message: take']);
  });
  it('in the ledger alone breaks G1', async () => {
    await book('take:2', 750);
    expect(await found()).toEqual([
      'G1 the payment has captured 750, refunded 0; the ledger 1500 and 0',
      'G1 the ledger owes the buyer 1500, the order is confirmed with a total of 750',
      'G1 750 GBP 1 times more in the ledger and not in the provider’s log',
    ]);
  });
  it('outside as well breaks G1 all the same', async () => {
    shop.provider({ at: 'now', key: `${bought}:take:2`, operation: 'take', amount: 750, currency: 'GBP', method: 'sim_ok', reference: 'r' });
    expect(await found()).toContain('G1 confirmed: captured 1500 − refunded 0 ≠ total 750 − goodwill 0');
  });
});

describe('records that are not as they were said', () => {
  it('break G5 and G6 when a forged one comes, and a repeat breaks nothing', async () => {
    const before = (await found()).length;
    const record = await shop.say('order', 'order.events', 'order.goodwill-recorded', bought, {});
    await shop.publish();
    await shop.publish([record]);
    const clean = await audit();
    expect(clean.sections.find(({ id }) => id === 'G5')!.counted['repeats']).toBe(1);
    expect((await found()).length).toBe(before);
    await shop.publish([{ ...record, headers: { ...record.headers, ce_id: randomUUID(), ce_sequence: '9' } }]);
    expect((await found()).filter((what) => /^G[56]/.test(what))).toEqual(['G5 on the topic, and in no outbox or archive', 'G6 a gap: after 3 comes 9']);
  });
});
