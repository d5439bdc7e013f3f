import { becomes, order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';
import { rewind } from './rewind.js';

interface Repeat {
  readonly type: string;
  readonly key: string;
  readonly times: number;
}

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
    async act(ground) {
      const { shop } = ground;
      const orders = await Promise.all([0, 1, 2].map((number) => order(ground, 'sim_ok', number)));
      for (const orderId of orders) await becomes(ground, orderId, 'confirmed');
      await ground.quiet();
      await shop.stopOne('product');
      await rewind(shop.kafkaBrokers, 'product', 'stock.commands');
      await shop.startOne('product');
    },
    /** A message has each of its effects once: what it had said is not said again. */
    async look(ground) {
      const repeats = await ground.ask<Repeat>(
        'product',
        `select type, key, count(*)::int as times from msg_outbox_archive where topic = 'stock.events' group by type, key, causation having count(*) > 1`,
      );
      return repeats.map(({ type, key, times }) => ({ check: 'G7' as const, what: `one command had ${type} said ${times} times of ${key}` }));
    },
  },
};
