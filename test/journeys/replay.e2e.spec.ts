import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { runAudit } from '../../tools/ops/main.js';
import { root } from '../../tools/platform/process/places.js';
import { databaseServices, type DatabaseService } from '../../tools/platform/shop/processes.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { playShop } from '../../tools/shop/main.js';

/** Every consumer that decides about something or keeps a copy. */
const consumers = ['order', 'order.prices', 'cart', 'cart.prices', 'product', 'payment'];
const projections = ['cart.prices', 'order.prices'];

interface Replayed {
  readonly state: string;
  readonly read: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: readonly unknown[];
}

interface Rebuilt {
  readonly exchanged: boolean;
  readonly tables: readonly {
    readonly different: number;
    readonly rows: { readonly live: number; readonly rebuilt: number };
  }[];
}

describe('a shop whose topics are replayed', () => {
  let shop: Shop;
  const historyFile = (): string => join(shop.state.path, 'history.jsonl');
  const tradewind = async <R>(...words: string[]): Promise<R> => {
    const args = [join(root, 'dist/tools/ops/tradewind.js'), ...words, '--state', shop.state.path, '--json'];
    return JSON.parse((await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 })).stdout) as R;
  };
  const query = async <R extends object>(service: DatabaseService, sql: string): Promise<R[]> => {
    const dataSource = await new DataSource({ type: 'postgres', url: shop.databases[service] }).initialize();
    try {
      return await dataSource.query<R[]>(sql);
    } finally {
      await dataSource.destroy();
    }
  };
  /** Every business row of every service, and how often each has said, wished or handled something; deadlines that are met go when they fall due. */
  const everything = async (): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    for (const service of databaseServices) {
      const tables = await query<{ name: string }>(
        service,
        `select table_name as name from information_schema.tables where table_schema = 'public' and table_name !~ '^(msg_operator|msg_replays|msg_outbox|msg_relay|msg_tries|msg_starts|msg_timers)'`,
      );
      for (const { name } of tables) {
        const [content] = await query<{ rows: number; hash: string }>(
          service,
          `select count(*)::int as rows, md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as hash from ${name} t`,
        );
        found[`${service}.${name}`] = content;
      }
      found[`${service} said`] = (
        await query(
          service,
          'select (select count(*) from msg_outbox) + (select count(*) from msg_outbox_archive) as n',
        )
      )[0];
    }
    return { ...found, provider: readFileSync(shop.state.providerLog, 'utf8').length };
  };
  const audit = async (): Promise<void> => {
    const report = await runAudit({
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      historyFile: historyFile(),
      waitSeconds: 120,
      log: () => undefined,
    });
    expect([report.sections.flatMap(({ violations }) => violations), report.clean]).toEqual([[], true]);
  };

  beforeAll(async () => {
    shop = await startShop({ ports: 'free', say: (line) => void process.stderr.write(`${line}\n`) });
  }, 180_000);
  afterAll(async () => {
    await shop?.stop();
  }, 60_000);

  it('while it trades: repeats nothing, and its projections are made anew beside the living ones', async () => {
    let over = false;
    const { gatewayUrl, admin } = shop;
    const trading = playShop({
      gatewayUrl,
      days: '1',
      seed: 5,
      concurrency: 16,
      adminEmail: admin.email,
      adminPassword: admin.password,
      historyFile: historyFile(),
      log: () => undefined,
    }).finally(() => (over = true));
    await eventually(
      async () => over || (await query<{ n: number }>('order', 'select count(*)::int as n from orders'))[0]!.n > 10,
      120_000,
    );
    for (const consumer of consumers) {
      const { state, counts, failed } = await tradewind<Replayed>(
        'replay',
        '--consumer',
        consumer,
        '--reason',
        'a drill',
        '--yes',
      );
      expect([consumer, state, failed, Object.keys(counts).filter((what) => what !== 'known')]).toEqual([
        consumer,
        'done',
        [],
        [],
      ]);
    }
    for (const consumer of projections) {
      expect(
        await tradewind<Replayed>('replay', '--consumer', consumer, '--reprocess', '--reason', 'a drill', '--yes'),
      ).toMatchObject({ state: 'done', failed: [] });
      expect(await tradewind<Rebuilt>('rebuild', consumer, '--reason', 'a drill', '--yes')).toMatchObject({
        exchanged: true,
        tables: [{ different: 0 }],
      });
    }
    expect((await trading).ok).toBe(true);
    await audit();
  }, 600_000);

  it('from the beginning, at rest: changes no row, says nothing and asks the provider nothing', async () => {
    const before = await everything();
    for (const consumer of consumers) {
      const { read, counts } = await tradewind<Replayed>(
        'replay',
        '--consumer',
        consumer,
        '--full-speed',
        '--reason',
        'a drill',
        '--yes',
      );
      expect([consumer, read > 0, Object.keys(counts)]).toEqual([consumer, true, ['known']]);
    }
    for (const consumer of projections)
      await tradewind('replay', '--consumer', consumer, '--reprocess', '--full-speed', '--reason', 'a drill', '--yes');
    const after = await everything();
    // Generations of their own leave marks of their own.
    for (const service of ['cart', 'order']) for (const all of [before, after]) delete all[`${service}.msg_inbox`];
    expect(after).toEqual(before);
  }, 300_000);

  it('heals a copy that was spoilt, by applying it again or by making it anew', async () => {
    const [{ hash }] = (await query<{ hash: string }>(
      'cart',
      `select md5(string_agg(md5(p::text), '' order by product_id)) as hash from products p`,
    )) as [{ hash: string }];
    const now = async (): Promise<string> =>
      (
        await query<{ hash: string }>(
          'cart',
          `select md5(string_agg(md5(p::text), '' order by product_id)) as hash from products p`,
        )
      )[0]!.hash;
    await query(
      'cart',
      `update products set price_amount = 1 where product_id in (select product_id from products order by 1 limit 10)`,
    );
    expect(await now()).not.toBe(hash);
    await tradewind(
      'replay',
      '--consumer',
      'cart.prices',
      '--reprocess',
      '--full-speed',
      '--reason',
      'a drill',
      '--yes',
    );
    expect(await now()).toBe(hash);
    await query('cart', `update products set name = 'spoilt'`);
    expect(await tradewind<Rebuilt>('rebuild', 'cart.prices', '--reason', 'a drill', '--yes')).toMatchObject({
      exchanged: true,
    });
    expect(await now()).toBe(hash);
    await audit();
  }, 120_000);
});
