import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportLines, runAudit } from '../../tools/audit/index.js';
import { query } from '../environment/databases.js';
import { Platform } from '../environment/platform.js';
import { Buyers } from '../orders/buyers.js';
import { products } from '../orders/orders.js';
import { compareCounts } from '../orders/round.js';
import type { CopiedDatabase } from './copied-tables.js';
import { openShopWithPast, type ShopWithPast } from './shop-with-past.js';

/* A few hundred past orders in a real shop with real processes, in `npm run test:long`. `npm run bench:growth` measures a hundred thousand. */
const [templates, copies, more] = [40, 260, 20];
const orders = templates + copies;

describe('a shop with past orders', () => {
  let platform: Platform;
  let opened: ShopWithPast;
  const violations = async (): Promise<string[]> => {
    const { databases, kafkaBrokers: brokers } = opened.shop;
    const report = await runAudit({ databases, brokers, waitSeconds: 0, log: () => undefined });
    return reportLines(report).filter((line) => line.includes('✗'));
  };
  beforeAll(async () => {
    platform = await Platform.open();
    const { brokers, postgresUrl, folder } = platform;
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    opened = await openShopWithPast({ brokers, postgresUrl, folder, products }, { templates, copies }, log);
  }, 300_000);
  afterAll(async () => {
    await opened?.tested.stop();
    await platform?.close();
  }, 60_000);

  it('is consistent, and has all of them', async () => {
    const counts = await opened.tested.audit();
    expect(counts).toEqual(opened.past);
    expect(counts).toMatchObject({ accepted: orders, unaccounted: 0 });
    expect(counts.confirmed + counts.outOfStock + counts.declined).toBe(orders);
  }, 120_000);

  it('takes more orders, and stays consistent', async () => {
    const buyers = await Buyers.open(opened.tested, platform.brokers);
    try {
      buyers.burst(more);
      await buyers.settle();
      const text = compareCounts(await opened.tested.audit(), buyers, opened.past);
      expect(text).toContain(`audit clean: ${orders + more} orders`);
    } finally {
      await buyers.close();
    }
  }, 120_000);

  it.each<[CopiedDatabase, string, string, string]>([
    ['product', 'reservations', 'order_id', `status = 'sold'`],
    ['order', 'msg_outbox_archive', 'position', `type = 'order.confirmed'`],
    ['cart', 'msg_inbox', 'message_id', `consumer = 'cart'`],
  ])(
    'fails the audit when a past row is missing in %s: %s',
    async (database, table, key, where) => {
      const url = opened.shop.databases[database];
      const oldest = `select ${key} from ${table} where ${where} order by ${key} limit 1`;
      const remove = `delete from ${table} where ${key} = (${oldest}) returning to_jsonb(${table}) as removed`;
      const [row] = await query<{ removed: object }>(url, remove);
      const found = await violations();
      await query(url, `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row!.removed]);
      expect(found).not.toEqual([]);
    },
    120_000,
  );

  it('passes the audit again when every row is back', async () => expect(await violations()).toEqual([]), 120_000);
});
