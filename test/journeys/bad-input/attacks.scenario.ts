import { describe, expect, it } from '@jest/globals';
import { families } from '../../attacks/families/index.js';
import { runAttacks } from '../../attacks/run-attacks.js';
import type { ShopFixture } from '../api/fixture.js';

export const attacks = (fixture: () => ShopFixture): void => {
  describe('attacks', () => {
    it.each(families.map((family) => [family.name, family] as const))('by %s are refused', async (_, family) => {
      const { gatewayUrl, admin } = fixture().shop;
      const [result] = await runAttacks({ gatewayUrl, admin, seed: 1, families: [family], log: () => undefined });
      expect(result!.findings).toEqual([]);
    });
  });
};
