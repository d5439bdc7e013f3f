import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bothEnds } from './compare.js';
import { RealShop } from './real-shop.js';

describe('one schedule on a real PostgreSQL and Kafka, and simulated', () => {
  let shop: RealShop;
  const fatal: Error[] = [];
  beforeAll(async () => {
    shop = await RealShop.open((error) => fatal.push(error));
  }, 120_000);
  afterAll(() => shop.close(), 120_000);

  it.each([1, 2, 3])(
    'ends in the same way (%i)',
    async (seed) => {
      const { real, simulated } = await bothEnds(seed, shop);
      expect(Object.keys(real).length).toBeGreaterThan(2);
      expect(real).toEqual(simulated);
    },
    180_000,
  );

  it('although answers were lost, and no process gave up', () => {
    expect(shop.lost).toBeGreaterThan(10);
    expect(fatal).toEqual([]);
  });
});
