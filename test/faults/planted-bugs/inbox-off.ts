import { waitForStatus, order } from './orders.js';
import type { PlantedBug } from './planted-bug.js';
import { resetOffsets } from './reset-offsets.js';

/** A message that is delivered again is handled again. */
export const inboxOff: PlantedBug = {
  name: 'inbox off',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/adapters/postgres/inbox-sql.js',
      find: 'return { duplicates: new Set(duplicates), blocked, doubtful };',
      replacement: 'return { duplicates: new Set(), blocked, doubtful };',
    },
  ],
  foundBy: 'G7',
  scenario: {
    /** Every command is delivered to the product service a second time. */
    async run(context) {
      const { shop } = context;
      const orders = await Promise.all([0, 1, 2].map((number) => order(context, 'sim_ok', number)));
      for (const orderId of orders) await waitForStatus(context, orderId, 'confirmed');
      await context.waitUntilIdle();
      await shop.stopProcess('product');
      await resetOffsets(shop.kafkaBrokers, 'product', 'stock.commands');
      await shop.startProcess('product');
    },
  },
};
