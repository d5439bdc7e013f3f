import { join } from 'node:path';
import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { runAudit } from '../../../tools/audit/index.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { byExtent } from '../../extent.js';
import { Load } from '../load/load.js';
import { Network } from './network.js';

jest.setTimeout(300_000);

/** How often PostgreSQL is killed. */
const kills = byExtent(1, 10);

const network = new Network(seededRandom(1, 'network'));
let shop: Shop;
let load: Load;

beforeAll(async () => {
  shop = await startShop({
    ports: 'free',
    bundled: true,
    kafka: { nodes: 3 },
    postgres: { settings: { max_connections: '90' } },
    restartPolicy: { initialDelayMs: 100, maxDelayMs: 1_000 },
    proxyPort: network.proxyPort,
  });
  load = await Load.open({
    gatewayUrl: shop.gatewayUrl,
    admin: shop.admin,
    historyFile: join(shop.state.path, 'history.jsonl'),
    seed: 1,
    buyers: 4,
    log: () => undefined,
  });
  load.start();
});
afterEach(() => void network.heal());
afterAll(async () => {
  await load?.close();
  await shop?.stop();
  await network.close();
});

/** Waits until this many more orders have their outcome. */
async function waitForOrders(orders: number): Promise<void> {
  const wanted = load.counts.settled + orders;
  await eventually(() => load.counts.settled >= wanted, 120_000);
}

describe('a shop behind network proxies', () => {
  it('reaches its servers only through the proxies', async () => {
    await waitForOrders(5);
    expect(network.kafkas.map(({ name }) => name)).toEqual(['kafka', 'kafka-2', 'kafka-3']);
    expect(network.all.filter(({ connections }) => connections < 5)).toEqual([]);
    const latency = network.postgres.latency({ milliseconds: 1 });
    await waitForOrders(5);
    expect(latency.heal()).toBeGreaterThan(100);
  });

  it('can be read past the proxies', async () => {
    const refused = network.all.map((proxy) => proxy.refuse());
    const admin = new pg.Client({ connectionString: shop.adminUrl });
    await admin.connect();
    const { rows } = await admin.query("SELECT current_setting('max_connections') AS connections");
    await admin.end();
    const kafka = kafkaClient({ brokers: shop.kafkaBrokers.split(','), clientId: 'test' });
    const ends = await eventually(() => kafka.endOffsets([topics.orderEvents.name]));
    await kafka.close();
    expect(rows).toEqual([{ connections: '90' }]);
    expect(ends.some(({ end }) => end > 0n)).toBe(true);
    expect(refused).toHaveLength(4);
  });

  it('survives repeated kills of PostgreSQL', async () => {
    for (let times = 0; times < kills; times++) {
      await waitForOrders(1); // so that transactions are open
      shop.kill('postgres');
      await shop.startProcess('postgres');
    }
    expect(shop.processes.get('postgres')?.restarts).toBe(kills);
    await waitForOrders(5);
  });

  it('survives the kill of one broker; the other brokers and PostgreSQL keep running', async () => {
    const others = (): unknown[] => ['kafka', 'kafka-3', 'postgres'].map((name) => shop.processes.get(name)?.pid);
    const before = others();
    shop.kill('kafka-2');
    await shop.startProcess('kafka-2');
    expect(shop.processes.get('kafka-2')?.restarts).toBe(1);
    expect(others()).toEqual(before);
    await waitForOrders(5);
  });

  it('survives dropped responses', async () => {
    const commits = network.postgres.drop.commitResponses({ occurrences: { every: 50 } });
    const records = network.kafkas.map(({ drop }) =>
      drop.responses({ api: 'produce', occurrences: { every: 20 }, how: 'reset' }),
    ); // a broker that was restarted leads no partition yet
    await eventually(() => commits.hits > 0 && records.some(({ hits }) => hits > 0), 120_000);
    network.heal();
    await waitForOrders(5);
  });

  it('has a clean audit afterwards', async () => {
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
    const report = await eventually(() => runAudit(sources), 120_000); // a broker that was just restarted may refuse reads
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect([report.clean, load.counts.errors]).toEqual([true, []]);
  });
});
