import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';

const file = 'libs/messaging/dist/adapters/postgres/postgres-relay-session.js';
const blockedMs = 4_000;

/** Every instance publishes, and skips the rows that another instance has locked. */
export const twoRelays: PlantedBug = {
  name: 'two relays with SKIP LOCKED',
  service: 'product',
  changes: [
    { file, find: 'select pg_try_advisory_lock(', replacement: 'select (' },
    { file, find: '::bigint) as locked', replacement: '::bigint) is not null as locked' },
    {
      file,
      find: 'update msg_relay set epoch = epoch + 1 returning epoch',
      replacement: 'select epoch from msg_relay',
    },
    {
      file,
      find: 'order by position limit $1',
      replacement: 'order by position limit $1 for update of msg_outbox skip locked',
    },
    {
      file,
      find: 'const { rows } = await this.#query(take, [limit]);',
      replacement:
        "await this.client.query('begin');\n        const { rows } = await this.#query(take, [limit]);\n        if (rows.length === 0) await this.client.query('commit');",
    },
    {
      file,
      find: 'if (marked !== published.length)',
      replacement: "await this.client.query('commit');\n        if (marked !== published.length)",
    },
  ],
  foundBy: 'G6',
  scenario: {
    scale: { product: 2 },
    /** An instance is blocked between reading a row and sending it; the other instance sends the next row of the same product. */
    async run(context) {
      await context.waitUntilIdle();
      const token = await adminToken(context);
      let first: Promise<void> = Promise.resolve();
      const blocked = await context.provoke(
        { do: 'block', milliseconds: blockedMs, at: { point: 'relay.before-send', hit: 1 } },
        () => Promise.resolve((first = reprice(context, token, 111))),
        2,
      );
      const other = context.shop.instances.find(
        ({ service, supervisor }) => service === 'product' && supervisor.pid !== blocked,
      )!;
      await reprice(context, token, 222, other.url);
      await first;
    },
  },
};
