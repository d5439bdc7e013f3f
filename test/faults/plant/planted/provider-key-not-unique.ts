import { order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** The provider knows takes by a key that orders have in common. */
export const providerKeyNotUnique: PlantedBug = {
  name: 'a provider key that is not unique',
  service: 'payment',
  changes: [
    {
      file: 'dist/apps/payment/src/domain/operation-keys.js',
      find: '`${orderId}:take:1`',
      instead: '`${orderId.slice(0, 4)}:take:1`',
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** Two buyers pay the same for the same. */
    async act(scene) {
      await Promise.all([order(scene, 'sim_ok', 0), order(scene, 'sim_ok', 1)]);
    },
  },
};
