import type { Audited } from '../../ground/contestant.js';
import { rowsOf } from '../../ground/databases.js';
import { until } from '../../ground/until.js';
import type { Service, Urls } from './schema.js';

/** Milliseconds until everything that was begun must be over. */
const patience = 60_000;

interface Counts {
  readonly accepted: number;
  readonly confirmed: number;
  readonly outOfStock: number;
  readonly declined: number;
}

const open: Readonly<Record<Service, string>> = {
  order: `select (select count(*) from msg_sagas where status in ('running', 'undoing')) + (select count(*) from msg_outbox) as open`,
  product: `select (select count(*) from reservations where status = 'reserved') + (select count(*) from msg_outbox) as open`,
  payment: `select (select count(*) from msg_effects where done_at is null) + (select count(*) from msg_outbox) as open`,
};

const counts = `select count(*)::int as accepted, count(*) filter (where status = 'confirmed')::int as confirmed,
  count(*) filter (where reason = 'out-of-stock')::int as "outOfStock", count(*) filter (where reason = 'payment-declined')::int as declined from orders`;

/** Each gives a row for everything that is wrong. */
const faults: Readonly<Record<Service, readonly string[]>> = {
  order: [
    `select key, o.status, told.types from (select key, array_agg(type) as types from msg_outbox_archive where type in ('order.confirmed', 'order.rejected') group by key) told
      full join (select order_id::text as key, status from orders) o using (key) where told.types is distinct from array['order.' || o.status] limit 3`,
    `select id, status from msg_sagas where status not in ('completed', 'failed') limit 3`,
    `select order_id, total_amount from orders where total_amount <> (select sum((line ->> 'quantity')::int8 * (line -> 'unitPrice' ->> 'amount')::int8) from jsonb_array_elements(lines) line) limit 3`,
  ],
  product: [
    `select * from shelves where reserved <> 0 or available + sold <> initial + adjusted limit 3`,
    `select product_id, s.sold, l.pieces from shelves s full join (select (line ->> 'productId')::uuid as product_id, sum((line ->> 'quantity')::int8) as pieces
      from reservations, jsonb_array_elements(lines) line where status = 'sold' group by 1) l using (product_id) where coalesce(s.sold, 0) <> coalesce(l.pieces, 0) limit 3`,
  ],
  payment: [
    `select order_id, status from payments where status not in ('taken', 'declined') or captured_amount <> due_amount or refunded_amount <> 0 limit 3`,
    `select sum(amount) as balance from ledger_entries having sum(amount) <> 0`,
    `select p.order_id, p.captured_amount, l.amount from payments p full join ledger_entries l on l.entry_id = p.order_id || ':take:1 provider:clearing'
      where (l.account = 'provider:clearing' or l.account is null) and coalesce(p.captured_amount, 0) <> coalesce(l.amount, 0) limit 3`,
  ],
};

/** Waits until nothing is open, and then balances orders, goods, money and messages against each other. */
export async function audit(urls: Urls): Promise<Audited> {
  for (const service of ['order', 'product', 'payment', 'order'] as const) {
    await until(
      `nothing is open at the ${service} service`,
      async () => Number((await rowsOf<{ open: string }>(urls[service], open[service]))[0]!.open) === 0,
      patience,
    );
  }
  for (const service of ['order', 'product', 'payment'] as const) {
    await rowsOf(urls[service], 'analyze'); // or the joins are planned for tables that have just been made
    for (const text of faults[service]) {
      const wrong = await rowsOf(urls[service], text);
      if (wrong.length > 0) throw new Error(`the books of the ${service} service are wrong: ${JSON.stringify(wrong)}`);
    }
  }
  const [totals] = await rowsOf<Counts>(urls.order, counts);
  const { accepted, confirmed, outOfStock, declined } = totals!;
  await agree(urls, totals!);
  return { accepted, confirmed, outOfStock, declined, unaccounted: accepted - confirmed - outOfStock - declined };
}

/** The services know nothing of each other: what each has of the confirmed orders is the same. */
async function agree(urls: Urls, { confirmed, outOfStock, declined }: Counts): Promise<void> {
  const expected = JSON.stringify(
    await booksOf(
      urls.order,
      `select count(*) as orders, coalesce(sum(total_amount), 0) as money,
    coalesce((select sum((line ->> 'quantity')::int8) from orders, jsonb_array_elements(lines) line where status = 'confirmed'), 0) as pieces from orders where status = 'confirmed'`,
    ),
  );
  const [{ pieces }] = await booksOf<{ pieces: number }>(urls.product, `select sum(sold) as pieces from shelves`);
  const [{ orders, money }] = await booksOf<{ orders: number; money: number }>(
    urls.payment,
    `select count(*) as orders, coalesce(sum(captured_amount - refunded_amount), 0) as money from payments where status = 'taken'`,
  );
  const found = JSON.stringify([{ orders, money, pieces }]);
  if (found !== expected) throw new Error(`${expected} was confirmed, and ${found} was taken and sold`);
  const ends = await booksOf<{ status: string; count: number }>(
    urls.product,
    `select status, count(*) from reservations group by status order by status`,
  );
  const wanted = [
    ['refused', outOfStock],
    ['released', declined],
    ['sold', confirmed],
  ].filter(([, count]) => count !== 0);
  if (JSON.stringify(ends.map(({ status, count }) => [status, count])) !== JSON.stringify(wanted))
    throw new Error(`reservations ended as ${JSON.stringify(ends)}, and orders as ${JSON.stringify(wanted)}`);
}

/** Rows with their numbers as numbers. */
async function booksOf<R extends object>(url: string, text: string): Promise<[R, ...R[]]> {
  const rows = await rowsOf<Record<string, unknown>>(url, text);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, /^-?\d+$/.test(String(value)) ? Number(value) : value]),
    ),
  ) as [R, ...R[]];
}
