import { becomes, order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';
import { rewind } from './rewind.js';

/** A message that comes again is handled again. */
export const inboxOff: PlantedBug = {
  name: 'inbox off',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/postgres/postgres-transaction.js',
      find: 'return { seen: new Set(marks.map((each) => each.id).filter((id) => !fresh.has(id) && !waiting.has(id))), waiting };',
      instead: 'return { seen: new Set(), waiting };',
    },
  ],
  foundBy: 'G7',
  scenario: {
    /** Every command that the product service has ever read comes a second time. */
    async act(scene) {
      const { shop } = scene;
      const orders = await Promise.all([0, 1, 2].map((number) => order(scene, 'sim_ok', number)));
      for (const orderId of orders) await becomes(scene, orderId, 'confirmed');
      await scene.quiet();
      await shop.stopOne('product');
      await rewind(shop.kafkaBrokers, 'product', 'stock.commands');
      await shop.startOne('product');
    },
  },
};
