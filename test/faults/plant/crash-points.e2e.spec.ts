import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { databaseServices, type DatabaseService } from '../../../tools/platform/shop/processes.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { Load } from '../load/load.js';
import { pointsOf } from './crash-points.js';
import { Plant } from './plant.js';

jest.setTimeout(300_000);

describe('a shop that trades', () => {
  const plants = new Map<DatabaseService, Plant>(databaseServices.map((service) => [service, Plant.in()]));
  let shop: Shop | undefined;
  let load: Load | undefined;

  beforeAll(async () => {
    shop = await startShop({
      ports: 'free',
      env: Object.fromEntries([...plants].map(([service, plant]) => [service, plant.environment()])),
    });
    const { gatewayUrl, admin, state } = shop;
    load = await Load.open({
      gatewayUrl,
      admin,
      historyFile: join(state.path, 'history.jsonl'),
      seed: 1,
      articles: 4,
      say: () => undefined,
    });
    load.start();
  });
  afterAll(async () => {
    await load?.close();
    await shop?.stop();
    for (const plant of plants.values()) plant.remove();
  });

  it.each(databaseServices)('passes every crash point that its %s service is said to pass', async (service) => {
    await eventually(() => {
      const passed = plants.get(service)!.passed();
      expect(pointsOf(service, 'trade', 'start').filter((point) => !passed.has(point))).toEqual([]);
      return true;
    }, 120_000);
  });

  it('goes on when one of its services is killed at such a point', async () => {
    const order = plants.get('order')!.order({ do: 'kill', at: { point: 'relay.after-ack', hit: 2 } });
    await eventually(() => plants.get('order')!.fired(order), 120_000);
    await shop!.untilReady();
    await load!.stop();
    expect(load!.counts.mishaps).toEqual([]);
    expect(load!.counts.settled).toBe(load!.counts.accepted);
  });
});
