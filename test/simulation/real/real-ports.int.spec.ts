import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOnBoth } from './compare.js';
import { RealShop } from './real-shop.js';

describe('a scenario on a real PostgreSQL and Kafka, and simulated', () => {
  let shop: RealShop;
  beforeAll(async () => {
    shop = await RealShop.open();
  }, 120_000);
  afterAll(() => shop.close(), 120_000);

  it.each([1, 2, 3])(
    'ends alike (seed %i)',
    async (seed) => {
      const { real, simulated } = await runOnBoth(seed, shop);
      expect(Object.keys(real).length).toBeGreaterThan(2);
      expect(real).toEqual(simulated);
    },
    180_000,
  );

  it('although responses were lost', () => expect(shop.lost).toBeGreaterThan(10));
});
