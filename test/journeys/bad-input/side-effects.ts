import pg from 'pg';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** The result of a count query, summed over all databases of services. */
async function sumOverDatabases(shop: Shop, sql: string): Promise<number> {
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

/** The number of published messages: every change publishes one in the same transaction. */
export const countPublishedMessages = (shop: Shop): Promise<number> =>
  sumOverDatabases(
    shop,
    'select (select count(*) from msg_outbox) + (select count(*) from msg_outbox_archive) as count',
  );

export const countRunningSagas = (shop: Shop): Promise<number> =>
  sumOverDatabases(shop, `select count(*) from msg_sagas where status in ('running', 'compensating')`);
