import { order } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** Several orders use the same idempotency key at the payment provider. */
export const providerKeyNotUnique: PlantedBug = {
  name: 'a provider key that is not unique',
  service: 'payment',
  changes: [
    {
      file: 'dist/apps/payment/src/domain/operation-keys.js',
      find: '`${orderId}:take:1`',
      replacement: '`${orderId.slice(0, 4)}:take:1`',
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** Two buyers pay the same amount. */
    async run(context) {
      await Promise.all([order(context, 'sim_ok', 0), order(context, 'sim_ok', 1)]);
    },
  },
};
