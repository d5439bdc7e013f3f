import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportLines, runAudit } from '../../tools/ops/main.js';
import { rowsOf } from '../ground/databases.js';
import { Platform } from '../ground/platform.js';
import { agreement } from '../saga/agreement.js';
import { Load } from '../saga/load.js';
import { products } from '../saga/orders.js';
import { openOldShop, type OldShop } from './old-shop.js';
import type { StoryDatabase } from './story-tables.js';

/*
 * A past of a few hundred orders, made of some that were played on a real shop with real processes; a hundred thousand, and what they cost:
 *   npm run bench:growth
 */
const [played, copies, more] = [40, 260, 20];
const orders = played + copies;

describe('a shop with past orders', () => {
  let platform: Platform;
  let old: OldShop;
  const violations = async (): Promise<string[]> => {
    const { databases, kafkaBrokers: brokers } = old.shop;
    return reportLines(await runAudit({ databases, brokers, waitSeconds: 0, log: () => undefined })).filter((line) =>
      line.includes('✗'),
    );
  };
  beforeAll(async () => {
    platform = await Platform.open();
    const { brokers, postgresUrl, folder } = platform;
    old = await openOldShop(
      { brokers, postgresUrl, folder, products },
      { played, copies },
      (line) => void process.stderr.write(`${line}\n`),
    );
  }, 300_000);
  afterAll(async () => {
    await old?.contestant.stop();
    await platform?.close();
  }, 60_000);

  it('has kept its books, and all of them are in it', async () => {
    const audited = await old.contestant.audit();
    expect(audited).toEqual(old.past);
    expect(audited).toMatchObject({ accepted: orders, unaccounted: 0 });
    expect(audited.confirmed + audited.outOfStock + audited.declined).toBe(orders);
  }, 120_000);

  it('trades on, and keeps its books', async () => {
    const load = await Load.open(old.contestant, products, platform.brokers);
    try {
      load.burst(more);
      await load.settle();
      expect(agreement(await old.contestant.audit(), load, old.past)).toContain(`audit clean: ${orders + more} orders`);
    } finally {
      await load.close();
    }
  }, 120_000);

  it.each<[StoryDatabase, string, string, string]>([
    ['product', 'reservations', 'order_id', `status = 'sold'`],
    ['order', 'msg_outbox_archive', 'position', `type = 'order.confirmed'`],
    ['cart', 'msg_inbox', 'message_id', `consumer = 'cart'`],
  ])(
    'is found out where a past row is missing in %s: %s',
    async (database, table, key, which) => {
      const url = old.shop.databases[database];
      const oldest = `select ${key} from ${table} where ${which} order by ${key} limit 1`;
      const [row] = await rowsOf<{ kept: object }>(
        url,
        `delete from ${table} where ${key} = (${oldest}) returning to_jsonb(${table}) as kept`,
      );
      const found = await violations();
      await rowsOf(url, `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row!.kept]);
      expect(found).not.toEqual([]);
    },
    120_000,
  );

  it('is clean again when every row is back', async () => expect(await violations()).toEqual([]), 120_000);
});
