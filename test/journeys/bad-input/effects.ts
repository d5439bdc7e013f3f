import pg from 'pg';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** The number that a question has for an answer in every service's database, added up. */
async function sum(shop: Shop, sql: string): Promise<number> {
  const counts = await Promise.all(
    Object.values(shop.databases).map(async (connectionString) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      try {
        return Number((await client.query<{ count: string }>(sql)).rows[0]!.count);
      } finally {
        await client.end();
      }
    }),
  );
  return counts.reduce((a, b) => a + b, 0);
}

/** How many messages the services have said: whatever changes is said, in the same transaction. */
export const everythingSaid = (shop: Shop): Promise<number> =>
  sum(shop, 'select (select count(*) from msg_outbox) + (select count(*) from msg_outbox_archive) as count');

export const openSagas = (shop: Shop): Promise<number> =>
  sum(shop, `select count(*) from msg_sagas where status in ('running', 'undoing')`);
