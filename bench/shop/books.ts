import pg from 'pg';
import type { Audited } from '../ground/contestant.js';

async function ask<T>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-bench' });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

export const countRows = async (url: string, table: string): Promise<number> =>
  (await ask<{ count: number }>(url, `select count(*)::int as count from ${table}`))[0]!.count;

/** What has become of the orders, from the order service's own rows. */
export async function factsOf(orders: string): Promise<Audited> {
  const rows = await ask<{ status: string; reason: string | null; count: number }>(
    orders,
    'select status, reason, count(*)::int as count from orders group by status, reason',
  );
  const count = (which: (row: { status: string; reason: string | null }) => boolean): number =>
    rows.filter(which).reduce((sum, row) => sum + row.count, 0);
  return {
    accepted: count(() => true),
    confirmed: count(({ status }) => status === 'confirmed'),
    outOfStock: count(({ reason }) => reason === 'out-of-stock'),
    declined: count(({ reason }) => reason === 'payment-declined'),
    unaccounted: count(({ status }) => status !== 'confirmed' && status !== 'rejected'),
  };
}
