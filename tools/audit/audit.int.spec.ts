import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CreateCarts1760000000001 } from '../../apps/cart/migrations/0001-create-carts.js';
import { CreateOrdersAndPrices1760000000001 } from '../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { auditWith, reportLines, type AuditReport } from './index.js';
import { book, createOrderFixture } from './testing/order-fixture.js';
import type { ShopFixture } from './testing/shop-fixture.js';

jest.setTimeout(60_000);

let shop: ShopFixture;
let order = '';

const audit = (): Promise<AuditReport> =>
  auditWith(shop.kafka, {
    databases: shop.databases,
    providerLog: shop.providerLog,
    waitSeconds: 0,
    log: () => undefined,
  });

/** All violations, each with its invariant. */
const found = async (): Promise<string[]> =>
  (await audit()).sections.flatMap(({ id, violations }) => violations.map(({ what }) => `${id} ${what}`));

beforeAll(async () => {
  ({ shop, confirmed: order } = await createOrderFixture({
    user: [],
    product: [CreateCatalogueAndStock1760000000001],
    cart: [CreateCarts1760000000001],
    order: [CreateOrdersAndPrices1760000000001],
    payment: [CreatePaymentsAndLedger1760000000001],
  }));
}, 120_000);
afterAll(() => shop?.close());

/** Changes rows for the time of one audit. */
async function whileWrong(service: Parameters<ShopFixture['sql']>[0], wrong: string, right: string): Promise<string[]> {
  await shop.sql(service, wrong);
  try {
    return await found();
  } finally {
    await shop.sql(service, right);
  }
}

describe('a consistent shop', () => {
  it('is clean, and everything was counted', async () => {
    const report = await audit();
    expect(reportLines(report).filter((line) => line.includes('✗'))).toEqual([]);
    expect(report.clean).toBe(true);
    expect(Object.fromEntries(report.sections.map(({ id, counted }) => [id, counted]))).toMatchObject({
      G1: { orders: 2, payments: 1, 'pence captured': 750n, 'operations in the provider’s log': 1 },
      G2: { products: 1, 'pieces available': 8n, 'pieces sold': 3n, reservations: 2 },
      G3: { orders: 2, 'with their outcome': 2 },
      G4: { accepted: 2, confirmed: 1, rejected: 1 },
      G5: { archived: 17, 'on the topics': 17, repeats: 0 },
      G6: { keys: 11, records: 17 },
      G7: { consumers: 6, 'messages handled': 16, 'dead letters': 0, discarded: 0, 'causes that are no message': 5 },
      G9: { sagas: 2, transitions: 7, commands: 4, 'compensations that took effect': 0 },
    });
  });
});

describe('a wrong row', () => {
  it('of a stock level breaks G2', async () =>
    expect(
      await whileWrong(
        'product',
        'update stock_levels set available = 7, sold = 4',
        'update stock_levels set available = 8, sold = 3',
      ),
    ).toEqual([
      'G2 3 changes, 7 available; by the history 3 and 8',
      'G2 4 sold in the stock level, by the reservations: 3',
      'G2 4 sold, by the lines of confirmed orders: 3',
    ]));
  it('of an order breaks what it disagrees with', async () =>
    expect(
      await whileWrong(
        'order',
        `update orders set total_amount = 800 where status = 'confirmed'`,
        `update orders set total_amount = 750 where status = 'confirmed'`,
      ),
    ).toEqual([
      'G1 its total is 800, the sum of its lines 750',
      'G1 confirmed: captured 750 − refunded 0 ≠ total 800 − goodwill 0',
      'G1 the ledger has 750 paid by the buyer, the order is confirmed with a total of 800',
      "G4 accepted for 750, the order's total is 800",
    ]));
  it('of an order without its outcome breaks G3', async () =>
    expect(
      await whileWrong(
        'order',
        `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`,
        `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`,
      ),
    ).toContain('G3 no outcome: the order is pending'));
});

describe('something missing', () => {
  it('in the history of a stock breaks G2', async () => {
    await shop.sql('product', `create table saved_changes as select * from stock_changes where number = 2`);
    expect(
      await whileWrong(
        'product',
        'delete from stock_changes where number = 2',
        'insert into stock_changes select * from saved_changes',
      ),
    ).toEqual(['G2 3 changes, 8 available; by the history 2 and 7', 'G2 1 changes do not follow from those before']);
  });

  it('in the archive breaks G5', async () => {
    await shop.sql('order', `create table saved as select * from msg_outbox_archive where type = 'order.confirmed'`);
    expect(
      await whileWrong(
        'order',
        `delete from msg_outbox_archive where type = 'order.confirmed'`,
        'insert into msg_outbox_archive select * from saved',
      ),
    ).toEqual(['G5 on the topic, and in no outbox or archive']);
  });
  it('on the topic breaks G5', async () => {
    const wrong = `insert into msg_outbox_archive select 9000, gen_random_uuid(), topic, key, type, version, 3, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'order.confirmed'`;
    expect(await whileWrong('order', wrong, 'delete from msg_outbox_archive where position = 9000')).toEqual([
      'G5 archived as published, and not on the topic',
      'G7 one message caused order.confirmed 2 times',
    ]);
  });
  it('of the sagas breaks G4', async () =>
    expect(
      await whileWrong(
        'order',
        `update msg_sagas set saga = 'other' where status = 'failed'`,
        `update msg_sagas set saga = 'place-order' where status = 'failed'`,
      ),
    ).toContain('G4 an order without a place-order saga'));
});

/** Removes rows for the time of one audit. */
async function without(service: Parameters<ShopFixture['sql']>[0], table: string, which: string): Promise<string[]> {
  await shop.sql(service, `create table moved_rows as select * from ${table} where ${which}`);
  const found = await whileWrong(
    service,
    `delete from ${table} where ${which}`,
    `insert into ${table} select * from moved_rows`,
  );
  await shop.sql(service, 'drop table moved_rows');
  return found;
}

describe('an effect that did not happen exactly once', () => {
  const sellCommand = `message_id = (select id from shop_commands where type = 'stock.sell')`;
  beforeAll(() => shop.sql('product', `create table shop_commands (id uuid, type text)`));
  beforeAll(async () => {
    for (const { id, type } of await shop.sql(
      'order',
      `select id, type from msg_outbox_archive where topic = 'stock.commands'`,
    ))
      await shop.sql('product', 'insert into shop_commands values ($1, $2)', [id, type]);
  });

  it('has no inbox row', async () =>
    expect(await without('product', 'msg_inbox', sellCommand)).toEqual([
      'G7 never handled stock.sell',
      'G7 acted because of a message that is in none of its inboxes',
    ]));
  it('has an inbox row and no reply', async () =>
    expect(await without('product', 'msg_outbox_archive', `type = 'stock.sold'`)).toContain(
      'G7 in the inbox, and never answered',
    ));
  it('is of a message that was not published', async () =>
    expect(
      await whileWrong(
        'cart',
        `insert into msg_inbox (consumer, message_id, ordering_key) values ('cart', '${order}', 'x')`,
        `delete from msg_inbox where ordering_key = 'x'`,
      ),
    ).toEqual(['G7 handled a message that is on none of its topics']));
  it('is of an unknown consumer', async () =>
    expect(
      await whileWrong(
        'user',
        `insert into msg_inbox (consumer, message_id, ordering_key) values ('user.unknown', '${order}', 'x')`,
        'delete from msg_inbox',
      ),
    ).toEqual(['G7 an inbox of an unknown consumer']));
});

describe('a saga that differs from its declaration', () => {
  const transition = `transition->>'to' = 'passed confirm'`;
  it('lacks a transition', async () =>
    expect(await without('order', 'msg_saga_history', transition)).toEqual([
      'G9 its history is no path from its beginning to "completed": it breaks at "executing take payment"',
    ]));
  it('has a transition with another cause', async () =>
    expect(
      await whileWrong(
        'order',
        `update msg_saga_history set transition = transition || '{"cause":"timeout"}' where ${transition}`,
        `update msg_saga_history set transition = transition || '{"cause":"reply"}' where ${transition}`,
      ),
    ).toEqual(['G9 undeclared: executing take payment → passed confirm (timeout)']));
  it('published a command that it did not reach', async () => {
    const wrong = `insert into msg_outbox_archive select 9001, gen_random_uuid(), topic, key, 'stock.release', version, 9, payload, gen_random_uuid(), correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'stock.sell'`;
    expect(await whileWrong('order', wrong, 'delete from msg_outbox_archive where position = 9001')).toContain(
      'G9 stock.release was published 1 times, its sagas reached it 0 times',
    );
  });
  it('was compensated after its point of no return', async () => {
    const wrong = `insert into msg_outbox_archive select 9002, gen_random_uuid(), topic, key, 'stock.released', version, 9, payload::jsonb || '{"releasedAt":"then"}', gen_random_uuid(), correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'stock.sold'`;
    expect(await whileWrong('product', wrong, 'delete from msg_outbox_archive where position = 9002')).toContain(
      'G9 released after the point of no return',
    );
  });
});

describe('a size above its bound', () => {
  it('is an overdue timeout', async () =>
    expect(
      await whileWrong(
        'order',
        `insert into msg_timeouts (id, saga_id, name, timeout_ms, started_by) values ('t', 's', 'n', 1, '${randomUUID()}')`,
        'delete from msg_timeouts',
      ),
    ).toEqual(['G12 1 timeouts overdue, at most 0 are allowed']));
  it('is unknown for an instance that does not answer', async () => {
    const report = await auditWith(shop.kafka, {
      databases: shop.databases,
      providerLog: shop.providerLog,
      instances: [{ name: 'order-2', service: 'order', operationsUrl: 'http://127.0.0.1:1' }],
      waitSeconds: 0,
      log: () => undefined,
    });
    expect(report.remarks).toContain('no answer about their memory from order-2');
  });
});

describe('what waits for an operator', () => {
  it('is listed with its order, and is not clean', async () => {
    const message = randomUUID();
    await shop.sql('order', `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`);
    await shop.sql(
      'order',
      `insert into msg_blocked_keys (consumer, ordering_key, key, state, cause, detail, attempts) values ('order', $1, $2, 'blocked', 'Poison', 'no JSON', 4)`,
      [`payment.events\n${order}`, order],
    );
    await shop.sql(
      'order',
      `insert into msg_dead_letters (consumer, message_id, ordering_key, topic, partition, record_offset, key, value, headers) values ('order', $1, $2, 'payment.events', 0, 0, $3, 'x', '{}')`,
      [message, `payment.events\n${order}`, order],
    );
    const report = await audit();
    await shop.sql('order', `delete from msg_dead_letters`);
    await shop.sql('order', `delete from msg_blocked_keys`);
    await shop.sql('order', `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`);
    expect(report.waiting).toEqual([
      {
        what: 'a message of payment.events is a dead letter of order: Poison: no JSON',
        ids: { service: 'order', message, key: order },
        order,
      },
    ]);
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report.clean).toBe(false);
  });
});

describe('an effect that happened twice', () => {
  it('in the scheduled effects breaks G7', async () => {
    const wrong = `insert into msg_effects (id, name, key, payload, cause, correlation, done_at) select gen_random_uuid(), 'take', 'k', '{}', '01900000-0000-7000-8000-000000000000', 'k', now() from generate_series(1, 2)`;
    expect(await whileWrong('payment', wrong, `delete from msg_effects where key = 'k'`)).toEqual([
      'G7 an effect was scheduled 2 times: take',
    ]);
  });
  it('in the ledger alone breaks G1', async () => {
    await book(shop, order, 'take:2', 750, randomUUID());
    expect(await found()).toEqual([
      'G1 the payment has captured 750, refunded 0; the ledger 1500 and 0',
      'G1 the ledger has 1500 paid by the buyer, the order is confirmed with a total of 750',
      'G1 750 GBP 1 times more in the ledger and not in the provider’s log',
      'G7 booked, and its cause published nothing about it',
    ]);
  });
  it('at the provider as well breaks G1 nevertheless', async () => {
    shop.addProviderOperations({
      at: 'now',
      key: `${order}:take:2`,
      operation: 'take',
      amount: 750,
      currency: 'GBP',
      method: 'sim_ok',
      reference: 'r',
    });
    expect(await found()).toContain('G1 confirmed: captured 1500 − refunded 0 ≠ total 750 − goodwill 0');
  });
});

describe('records that differ from the archive', () => {
  it('break G5 and G6, and a repeat breaks nothing', async () => {
    const before = (await found()).length;
    const record = await shop.addPublished('order', 'order.events', 'order.goodwill-recorded', order, {});
    await shop.publish();
    await shop.publish([record]);
    const clean = await audit();
    expect(clean.sections.find(({ id }) => id === 'G5')!.counted['repeats']).toBe(1);
    expect((await found()).length).toBe(before);
    await shop.publish([{ ...record, headers: { ...record.headers, ce_id: randomUUID(), ce_sequence: '9' } }]);
    expect((await found()).filter((what) => /^G[56]/.test(what))).toEqual([
      'G5 on the topic, and in no outbox or archive',
      'G6 a gap: 3 is followed by 9',
    ]);
  });
});

describe('a database without an address', () => {
  it('is named with the sections that need it', async () =>
    expect(
      auditWith(shop.kafka, {
        databases: { ...shop.databases, product: '' },
        waitSeconds: 0,
        log: () => undefined,
      }),
    ).rejects.toThrow('the address of a database was not given: of product (for G2, G5, G7, G9, G11, G12)'));
});
