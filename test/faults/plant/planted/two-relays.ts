import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';

const file = 'libs/messaging/dist/postgres/postgres-relay-session.js';
const blocked = 4_000;

/** Every instance publishes, and leaves the rows that another has taken to that one. */
export const twoRelays: PlantedBug = {
  name: 'two relays with SKIP LOCKED',
  service: 'product',
  changes: [
    { file, find: 'if (!rows[0].led)\n            return undefined;', instead: '' },
    { file, find: 'update msg_relay set epoch = epoch + 1 returning epoch', instead: 'select epoch from msg_relay' },
    {
      file,
      find: 'order by position limit $1',
      instead: 'order by position limit $1 for update of msg_outbox skip locked',
    },
    {
      file,
      find: 'const { rows } = await this.#query(take, [limit]);',
      instead:
        "await this.client.query('begin');\n        const { rows } = await this.#query(take, [limit]);\n        if (rows.length === 0) await this.client.query('commit');",
    },
    {
      file,
      find: 'if (rows[0].marked !== published.length)',
      instead: "await this.client.query('commit');\n        if (rows[0].marked !== published.length)",
    },
  ],
  foundBy: 'G6',
  scenario: {
    scale: { product: 2 },
    /** An instance stands still between taking a row and sending it; the next row of the same product is written by the other. */
    async act(scene) {
      await scene.quiet();
      const token = await adminToken(scene);
      let first: Promise<void> = Promise.resolve();
      const sleeper = await scene.provoke(
        { do: 'block', milliseconds: blocked, at: { point: 'relay.before-send', hit: 1 } },
        () => Promise.resolve((first = reprice(scene, token, 111))),
        2,
      );
      const awake = scene.shop.instances.find(
        ({ service, keeper }) => service === 'product' && keeper.pid !== sleeper,
      )!;
      await reprice(scene, token, 222, awake.url);
      await first;
    },
  },
};
