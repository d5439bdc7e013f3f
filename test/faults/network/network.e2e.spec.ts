import { join } from 'node:path';
import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { runAudit } from '../../../tools/ops/main.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { Load } from '../load/load.js';
import { Network } from './network.js';

jest.setTimeout(300_000);

const network = new Network(chanceOf(1, 'network'));
let shop: Shop;
let load: Load;

beforeAll(async () => {
  const patience = { firstDelayMs: 100, longestDelayMs: 1_000, steadyAfterMs: 0 };
  shop = await startShop({
    ports: 'free',
    kafka: { nodes: 3 },
    postgres: { settings: { max_connections: '90' } },
    patience,
    between: network.between,
  });
  load = await Load.open({
    gatewayUrl: shop.gatewayUrl,
    admin: shop.admin,
    historyFile: join(shop.state.path, 'history.jsonl'),
    seed: 1,
    buyers: 4,
    say: () => undefined,
  });
  load.start();
});
afterEach(() => void network.heal());
afterAll(async () => {
  await load?.close();
  await shop?.stop();
  await network.close();
});

/** The shop goes on: so many more orders have their outcome. */
async function trade(orders: number): Promise<void> {
  const wanted = load.counts.settled + orders;
  await eventually(() => load.counts.settled >= wanted, 120_000);
}

describe('a shop behind a network that can be broken', () => {
  it('reaches its servers through that network alone', async () => {
    await trade(5);
    expect(network.kafkas.map(({ name }) => name)).toEqual(['kafka', 'kafka-2', 'kafka-3']);
    expect(network.all.filter(({ connections }) => connections < 5)).toEqual([]);
    const latency = network.postgres.latency({ milliseconds: 1 });
    await trade(5);
    expect(latency.heal()).toBeGreaterThan(100);
  });

  it('is looked into past that network', async () => {
    const refusals = network.all.map((proxy) => proxy.refuse());
    const admin = new pg.Client({ connectionString: shop.adminUrl });
    await admin.connect();
    const { rows } = await admin.query("SELECT current_setting('max_connections') AS connections");
    await admin.end();
    const kafka = kafkaClient({ brokers: shop.kafkaBrokers.split(','), clientId: 'test' });
    const ends = await eventually(() => kafka.endOffsets([topics.orderEvents.name]));
    await kafka.close();
    expect(rows).toEqual([{ connections: '90' }]);
    expect(ends.some(({ end }) => end > 0n)).toBe(true);
    expect(refusals).toHaveLength(4);
  });

  it('gets over its PostgreSQL being killed ten times', async () => {
    for (let times = 0; times < 10; times++) {
      await trade(1); // so that commits are under way
      shop.kill('postgres');
      await shop.startOne('postgres');
    }
    expect(shop.kept.get('postgres')?.restarts).toBe(10);
    await trade(5);
  });

  it('gets over one of its brokers being killed, and the others do not notice', async () => {
    const others = (): unknown[] => ['kafka', 'kafka-3', 'postgres'].map((name) => shop.kept.get(name)?.pid);
    const before = others();
    shop.kill('kafka-2');
    await shop.startOne('kafka-2');
    expect(shop.kept.get('kafka-2')?.restarts).toBe(1);
    expect(others()).toEqual(before);
    await trade(5);
  });

  it('gets over answers that are lost', async () => {
    const commits = network.postgres.lose.commitAnswers({ which: { every: 50 } });
    const records = network.kafkas.map(({ lose }) =>
      lose.answers({ api: 'produce', which: { every: 20 }, how: 'reset' }),
    ); // a broker that was away leads nothing yet
    await eventually(() => commits.hits > 0 && records.some(({ hits }) => hits > 0), 120_000);
    network.heal();
    await trade(5);
  });

  it('has clean books afterwards', async () => {
    await load.stop();
    const { databases, kafkaBrokers: brokers, state } = shop;
    const sources = {
      databases,
      brokers,
      providerLog: state.providerLog,
      historyFile: join(state.path, 'history.jsonl'),
      waitSeconds: 120,
      log: () => undefined,
    };
    const report = await eventually(() => runAudit(sources), 120_000); // a broker that has only just come back may refuse to be read
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect([report.clean, load.counts.mishaps]).toEqual([true, []]);
  });
});
