import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CreateCarts1760000000001 } from '../../apps/cart/migrations/0001-create-carts.js';
import { CreateOrdersAndPrices1760000000001 } from '../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { auditWith, reportLines, type AuditReport } from './main.js';
import { book, plantOrders } from './testing/planted-orders.js';
import type { PlantedShop } from './testing/planted-shop.js';

jest.setTimeout(60_000);

let shop: PlantedShop;
let bought = '';

const audit = (): Promise<AuditReport> =>
  auditWith(shop.kafka, {
    databases: shop.databases,
    providerLog: shop.providerLog,
    waitSeconds: 0,
    log: () => undefined,
  });

/** All that was found, each with the invariant that it breaks. */
const found = async (): Promise<string[]> =>
  (await audit()).sections.flatMap(({ id, violations }) => violations.map(({ what }) => `${id} ${what}`));

beforeAll(async () => {
  ({ shop, bought } = await plantOrders({
    user: [],
    product: [CreateCatalogueAndStock1760000000001],
    cart: [CreateCarts1760000000001],
    order: [CreateOrdersAndPrices1760000000001],
    payment: [CreatePaymentsAndLedger1760000000001],
  }));
}, 120_000);
afterAll(() => shop?.close());

/** Something wrong, for the time of one audit. */
async function whilePlanted(
  service: Parameters<PlantedShop['sql']>[0],
  wrong: string,
  right: string,
): Promise<string[]> {
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
      G5: { archived: 17, 'on the topics': 17, repeats: 0 },
      G6: { keys: 11, records: 17 },
      G7: { consumers: 6, 'messages acted on': 16, parked: 0, discarded: 0, 'causes that are no message': 5 },
      G9: { sagas: 2, transitions: 7, commands: 4, 'undos that took effect': 0 },
    });
  });
});

describe('a wrong row', () => {
  it('of a shelf breaks G2', async () =>
    expect(
      await whilePlanted(
        'product',
        'update shelves set available = 7, sold = 4',
        'update shelves set available = 8, sold = 3',
      ),
    ).toEqual(['G2 4 sold on the shelf, the reservations say 3', 'G2 4 sold, the lines of confirmed orders say 3']));
  it('of an order breaks what it disagrees with', async () =>
    expect(
      await whilePlanted(
        'order',
        `update orders set total_amount = 800 where status = 'confirmed'`,
        `update orders set total_amount = 750 where status = 'confirmed'`,
      ),
    ).toEqual([
      'G1 its total is 800, its lines come to 750',
      'G1 confirmed: captured 750 − refunded 0 ≠ total 800 − goodwill 0',
      'G1 the ledger owes the buyer 750, the order is confirmed with a total of 800',
      "G4 accepted for 750, the order's total is 800",
    ]));
  it('of an order without its outcome breaks G3', async () =>
    expect(
      await whilePlanted(
        'order',
        `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`,
        `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`,
      ),
    ).toContain('G3 no outcome: the order is pending'));
});

describe('something that is missing', () => {
  it('in the archive breaks G5', async () => {
    await shop.sql('order', `create table kept as select * from msg_outbox_archive where type = 'order.confirmed'`);
    expect(
      await whilePlanted(
        'order',
        `delete from msg_outbox_archive where type = 'order.confirmed'`,
        'insert into msg_outbox_archive select * from kept',
      ),
    ).toEqual(['G5 on the topic, and in no outbox or archive']);
  });
  it('on the topic breaks G5', async () => {
    const wrong = `insert into msg_outbox_archive select 9000, gen_random_uuid(), topic, key, type, version, 3, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'order.confirmed'`;
    expect(await whilePlanted('order', wrong, 'delete from msg_outbox_archive where position = 9000')).toEqual([
      'G5 archived as published, and not on the topic',
      'G7 one message has made it say order.confirmed 2 times',
    ]);
  });
  it('of the sagas breaks G4', async () =>
    expect(
      await whilePlanted(
        'order',
        `update msg_sagas set saga = 'other' where status = 'failed'`,
        `update msg_sagas set saga = 'place-order' where status = 'failed'`,
      ),
    ).toContain('G4 an order without a place-order saga'));
});

/** Rows that are away for the time of one audit. */
async function without(service: Parameters<PlantedShop['sql']>[0], table: string, which: string): Promise<string[]> {
  await shop.sql(service, `create table kept_aside as select * from ${table} where ${which}`);
  const found = await whilePlanted(
    service,
    `delete from ${table} where ${which}`,
    `insert into ${table} select * from kept_aside`,
  );
  await shop.sql(service, 'drop table kept_aside');
  return found;
}

describe('an effect that did not happen once', () => {
  const sellCommand = `message_id = (select id from shop_commands where type = 'stock.sell')`;
  beforeAll(() => shop.sql('product', `create table shop_commands (id uuid, type text)`));
  beforeAll(async () => {
    for (const { id, type } of await shop.sql(
      'order',
      `select id, type from msg_outbox_archive where topic = 'stock.commands'`,
    ))
      await shop.sql('product', 'insert into shop_commands values ($1, $2)', [id, type]);
  });

  it('was acted on without a mark', async () =>
    expect(await without('product', 'msg_inbox', sellCommand)).toEqual([
      'G7 never acted on stock.sell',
      'G7 acted because of a message that is in none of its inboxes',
    ]));
  it('was marked and never answered', async () =>
    expect(await without('product', 'msg_outbox_archive', `type = 'stock.sold'`)).toContain(
      'G7 in the inbox, and never answered',
    ));
  it('is of a message that nobody said', async () =>
    expect(
      await whilePlanted(
        'cart',
        `insert into msg_inbox (consumer, message_id, lane) values ('cart', '${bought}', 'x')`,
        `delete from msg_inbox where lane = 'x'`,
      ),
    ).toEqual(['G7 acted on a message that is on none of its topics']));
  it('is of a consumer that nobody knows', async () =>
    expect(
      await whilePlanted(
        'user',
        `insert into msg_inbox (consumer, message_id, lane) values ('user.spies', '${bought}', 'x')`,
        'delete from msg_inbox',
      ),
    ).toEqual(['G7 an inbox of a consumer that nobody knows']));
});

describe('a saga that is not as it was declared', () => {
  const line = `transition->>'to' = 'passed confirm'`;
  it('has lost a line of its journal', async () =>
    expect(await without('order', 'msg_saga_journal', line)).toEqual([
      'G9 its journal is no way from its beginning to "completed": it breaks at "asking take payment"',
    ]));
  it('was caused by something that may not', async () =>
    expect(
      await whilePlanted(
        'order',
        `update msg_saga_journal set transition = transition || '{"cause":"deadline"}' where ${line}`,
        `update msg_saga_journal set transition = transition || '{"cause":"reply"}' where ${line}`,
      ),
    ).toEqual(['G9 undeclared: asking take payment → passed confirm (deadline)']));
  it('has said a command that it did not come to', async () => {
    const said = `insert into msg_outbox_archive select 9001, gen_random_uuid(), topic, key, 'stock.release', version, 9, payload, gen_random_uuid(), correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'stock.sell'`;
    expect(await whilePlanted('order', said, 'delete from msg_outbox_archive where position = 9001')).toContain(
      'G9 stock.release was said 1 times, its sagas came to it 0 times',
    );
  });
  it('was undone after its point of no return', async () => {
    const said = `insert into msg_outbox_archive select 9002, gen_random_uuid(), topic, key, 'stock.released', version, 9, payload::jsonb || '{"releasedAt":"then"}', gen_random_uuid(), correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive where type = 'stock.sold'`;
    expect(await whilePlanted('product', said, 'delete from msg_outbox_archive where position = 9002')).toContain(
      'G9 released after the point of no return',
    );
  });
});

describe('something that has grown too large', () => {
  it('is a timer that nobody acts on', async () =>
    expect(
      await whilePlanted(
        'order',
        `insert into msg_timers (id, saga_id, name, milliseconds, started_by) values ('t', 's', 'n', 1, '${randomUUID()}')`,
        'delete from msg_timers',
      ),
    ).toEqual(['G12 1 timers overdue, at most 0 are allowed']));
  it('is a service that nobody can measure', async () => {
    const report = await auditWith(shop.kafka, {
      databases: shop.databases,
      providerLog: shop.providerLog,
      instances: [{ name: 'order-2', service: 'order', url: 'http://127.0.0.1:1' }],
      waitSeconds: 0,
      log: () => undefined,
    });
    expect(report.remarks).toContain('their memory was not told by order-2');
  });
});

describe('what waits for an operator', () => {
  it('is listed by its order, and is not clean', async () => {
    const message = randomUUID();
    await shop.sql('order', `update orders set status = 'pending', confirmed_at = null where status = 'confirmed'`);
    await shop.sql(
      'order',
      `insert into msg_parked_lanes (consumer, lane, key, state, cause, detail, tries) values ('order', $1, $2, 'parked', 'Poison', 'no JSON', 4)`,
      [`payment.events\n${bought}`, bought],
    );
    await shop.sql(
      'order',
      `insert into msg_parked (consumer, message_id, lane, topic, partition, record_offset, key, value, headers) values ('order', $1, $2, 'payment.events', 0, 0, $3, 'x', '{}')`,
      [message, `payment.events\n${bought}`, bought],
    );
    const report = await audit();
    await shop.sql('order', `delete from msg_parked`);
    await shop.sql('order', `delete from msg_parked_lanes`);
    await shop.sql('order', `update orders set status = 'confirmed', confirmed_at = now() where status = 'pending'`);
    expect(report.waiting).toEqual([
      {
        what: 'a message of payment.events is parked for order: Poison: no JSON',
        ids: { service: 'order', message, key: bought },
        order: bought,
      },
    ]);
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report.clean).toBe(false);
  });
});

describe('an effect that happened twice', () => {
  it('in our own wishes breaks G7', async () => {
    const wrong = `insert into msg_effects (id, name, key, payload, cause, correlation, done_at) select gen_random_uuid(), 'take', 'k', '{}', '01900000-0000-7000-8000-000000000000', 'k', now() from generate_series(1, 2)`;
    expect(await whilePlanted('payment', wrong, `delete from msg_effects where key = 'k'`)).toEqual([
      'G7 an effect was wished 2 times: take',
    ]);
  });
  it('in the ledger alone breaks G1', async () => {
    await book(shop, bought, 'take:2', 750, randomUUID());
    expect(await found()).toEqual([
      'G1 the payment has captured 750, refunded 0; the ledger 1500 and 0',
      'G1 the ledger owes the buyer 1500, the order is confirmed with a total of 750',
      'G1 750 GBP 1 times more in the ledger and not in the provider’s log',
      'G7 booked, and its cause has said nothing of it',
    ]);
  });
  it('outside as well breaks G1 all the same', async () => {
    shop.provider({
      at: 'now',
      key: `${bought}:take:2`,
      operation: 'take',
      amount: 750,
      currency: 'GBP',
      method: 'sim_ok',
      reference: 'r',
    });
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
    expect((await found()).filter((what) => /^G[56]/.test(what))).toEqual([
      'G5 on the topic, and in no outbox or archive',
      'G6 a gap: after 3 comes 9',
    ]);
  });
});
