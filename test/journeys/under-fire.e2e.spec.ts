import 'reflect-metadata';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { runAudit } from '../../tools/ops/main.js';
import { createServiceDatabase } from '../../tools/platform/postgres/service-database.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { playShop } from '../../tools/shop/main.js';
import { chanceOf } from '../../tools/shop/retail/chance.js';
import { contentOf, everythingSaid, fold, keysIn, recoveriesOf } from './rebuilt.js';
import { migrationsOf } from './migrations.js';

/*
 * The shipped data, played while processes die. By default a part of it, so that the tests stay short; the whole:
 *   TRADEWIND_DAYS=all TRADEWIND_KILLS=10 TRADEWIND_OUTAGE=60 npm run journeys -- under-fire
 */
const days = process.env['TRADEWIND_DAYS'] ?? '1';
const kills = Number(process.env['TRADEWIND_KILLS'] ?? 2);
const outage = Number(process.env['TRADEWIND_OUTAGE'] ?? 10) * 1_000;
const seed = Number(process.env['TRADEWIND_SEED'] ?? 1);
const victims = ['user', 'product', 'cart', 'order', 'payment', 'gateway'];
const hours = 3_600_000;

describe('a shop that plays real trading', () => {
  let shop: Shop;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const historyFile = (): string => join(shop.state.path, 'history.jsonl');
  const counts = { follow: 0, checkout: 0 };
  let read = 0;
  /** Reads only what has come since the last look: the history of a month is long. */
  const countOf = (op: keyof typeof counts): number => {
    if (!existsSync(historyFile())) return 0;
    const file = openSync(historyFile(), 'r');
    const fresh = Buffer.alloc(fstatSync(file).size - read);
    readSync(file, fresh, 0, fresh.length, read);
    closeSync(file);
    const end = fresh.lastIndexOf('\n') + 1;
    read += end;
    for (const [, of] of fresh.toString('utf8', 0, end).matchAll(/"phase":"outcome","op":"(follow|checkout)"/g))
      counts[of as keyof typeof counts]++;
    return counts[op];
  };
  const outcomes = (): number => countOf('follow');
  const accepted = (): number => countOf('checkout');
  /** Both plays write one history: the audit compares it with every order that there is. */
  const play = (playSeed: number, concurrency: number): ReturnType<typeof playShop> =>
    playShop({
      gatewayUrl: shop.gatewayUrl,
      days,
      seed: playSeed,
      concurrency,
      adminEmail: shop.admin.email,
      adminPassword: shop.admin.password,
      historyFile: historyFile(),
      log: say,
    });
  const audit = async (): Promise<void> => {
    const report = await runAudit({
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      historyFile: historyFile(),
      waitSeconds: 120,
      log: say,
    });
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report.clean).toBe(true);
  };

  beforeAll(async () => {
    shop = await startShop({ ports: 'free', say });
  }, 180_000);
  afterAll(async () => {
    await shop?.stop();
  }, 60_000);

  it(
    'ends with clean books when every service is killed again and again',
    async () => {
      const chance = chanceOf(seed, 'kills');
      let over = false;
      const result = play(seed, 16).finally(() => (over = true));
      const plan = victims
        .flatMap((victim) => Array.from({ length: kills }, () => ({ victim, at: chance.fraction() })))
        .sort((a, b) => a.at - b.at);
      await eventually(() => over || outcomes() > 0, hours);
      for (const { victim, at } of plan) {
        await eventually(() => over || outcomes() >= Math.floor(at * 0.9 * ordersPlanned()), hours);
        if (over) break;
        shop.kill(victim);
        say(`killed ${victim} after ${outcomes()} outcomes`);
        await shop.untilReady();
      }
      const { ok } = await result;
      await shop.untilReady();
      await audit();
      expect(ok).toBe(true);
    },
    hours,
  );

  it(
    'goes on accepting orders while Kafka is away, and then catches up',
    async () => {
      const earlier = outcomes();
      let over = false;
      // Many at once: a buyer waits for the outcome of one order before placing the next.
      const result = play(seed + 1, 64).finally(() => (over = true));
      await eventually(() => over || outcomes() - earlier >= ordersPlanned() * 0.3, hours);
      expect(over).toBe(false);
      await shop.stopOne('kafka');
      const before = accepted();
      const since = Date.now();
      say(`Kafka is stopped; ${before} orders accepted`);
      await eventually(() => Date.now() - since > outage, outage + 10_000);
      const during = accepted() - before;
      await shop.startOne('kafka');
      say(`Kafka is back; ${during} orders were accepted meanwhile`);
      const { ok } = await result;
      expect(during).toBeGreaterThan(0);
      await audit();
      expect(ok).toBe(true);
    },
    hours,
  );

  it('has said everything that its databases hold', async () => {
    const told = await everythingSaid(shop.kafkaBrokers);
    const users = await new DataSource({ type: 'postgres', url: shop.databases.user }).initialize();
    const kept = await keysIn(users);
    await users.destroy();
    const { dataKeySecret } = JSON.parse(readFileSync(shop.state.secretsFile, 'utf8')) as { dataKeySecret: string };
    for (const [service, recovery] of Object.entries(recoveriesOf(dataKeySecret))) {
      const live = await new DataSource({
        type: 'postgres',
        url: shop.databases[service as keyof Shop['databases']],
      }).initialize();
      const rows = recovery.rows(told, kept);
      const url = await createServiceDatabase(shop.adminUrl, `${service}_again`, 'again');
      const again = await fold(url, migrationsOf[service]!, rows);
      for (const [table] of rows) {
        const [mine, theirs] = [await contentOf(again, table), await contentOf(live, table)];
        expect([service, table.name, mine.length]).toEqual([service, table.name, theirs.length]);
        expect(mine).toEqual(theirs);
      }
      await again.destroy();
      await live.destroy();
    }
  }, 300_000);
});

/** 127 orders on the first day, 1,550 in the month. */
const ordersPlanned = (): number => (days === 'all' ? 1_550 : 127);
