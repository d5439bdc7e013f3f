import { query } from '../../environment/databases.js';
import { waitUntil } from '../../environment/wait.js';
import type { OrderCounts } from '../../orders/shop-under-test.js';

const serviceNames = ['order', 'product', 'payment'] as const;
export type ServiceName = (typeof serviceNames)[number];
export type Urls = Readonly<Record<ServiceName, string>>;

/** Milliseconds until everything that was started is complete. */
const settleTimeout = 60_000;

const inProgress: Readonly<Record<ServiceName, string>> = {
  order: `select ((select count(*) from msg_sagas where status in ('running', 'compensating')) + (select count(*) from msg_outbox))::int as count`,
  product: `select ((select count(*) from reservations where status = 'reserved') + (select count(*) from msg_outbox))::int as count`,
  payment: `select ((select count(*) from msg_effects where done_at is null) + (select count(*) from msg_outbox))::int as count`,
};

const orderCounts = `select count(*)::int as accepted, count(*) filter (where status = 'confirmed')::int as confirmed,
  count(*) filter (where reason = 'out-of-stock')::int as "outOfStock", count(*) filter (where reason = 'payment-declined')::int as declined from orders`;

/** Each returns the rows that are wrong. */
const violations: Readonly<Record<ServiceName, readonly string[]>> = {
  order: [
    `select key, o.status, published.types from (select key, array_agg(type) as types from msg_outbox_archive where type in ('order.confirmed', 'order.rejected') group by key) published
      full join (select order_id::text as key, status from orders) o using (key) where published.types is distinct from array['order.' || o.status] limit 3`,
    `select id, status from msg_sagas where status not in ('completed', 'failed') limit 3`,
    `select order_id, total_amount from orders where total_amount <> (select sum((line ->> 'quantity')::int8 * (line -> 'unitPrice' ->> 'amount')::int8) from jsonb_array_elements(lines) line) limit 3`,
  ],
  product: [
    `select * from stock_levels where reserved <> 0 or available + sold <> initial + adjusted limit 3`,
    `select product_id, s.sold, l.pieces from stock_levels s full join (select (line ->> 'productId')::uuid as product_id, sum((line ->> 'quantity')::int8) as pieces
      from reservations, jsonb_array_elements(lines) line where status = 'sold' group by 1) l using (product_id) where coalesce(s.sold, 0) <> coalesce(l.pieces, 0) limit 3`,
  ],
  payment: [
    `select order_id, status from payments where status not in ('taken', 'declined') or captured_amount <> due_amount or refunded_amount <> 0 limit 3`,
    `select sum(amount) as balance from ledger_entries having sum(amount) <> 0`,
    `select p.order_id, p.captured_amount, l.amount from payments p full join ledger_entries l on l.entry_id = p.order_id || ':take:1 provider:clearing'
      where (l.account = 'provider:clearing' or l.account is null) and coalesce(p.captured_amount, 0) <> coalesce(l.amount, 0) limit 3`,
  ],
};

/** What the services must agree on, as text. */
const confirmedOrders = `select count(*) || ' orders, ' || coalesce(sum(total_amount), 0) || ' paid' as text from orders where status = 'confirmed'`;
const takenPayments = `select count(*) || ' orders, ' || coalesce(sum(captured_amount - refunded_amount), 0) || ' paid' as text from payments where status = 'taken'`;
const confirmedPieces = `select coalesce(sum((line ->> 'quantity')::int8), 0)::text as text from orders, jsonb_array_elements(lines) line where status = 'confirmed'`;
const soldPieces = `select sum(sold)::text as text from stock_levels`;
const orderOutcomes = `select count(*) filter (where reason = 'out-of-stock') || ' refused, ' || count(*) filter (where reason = 'payment-declined') || ' released, ' || count(*) filter (where status = 'confirmed') || ' sold' as text from orders`;
const reservationOutcomes = `select count(*) filter (where status = 'refused') || ' refused, ' || count(*) filter (where status = 'released') || ' released, ' || count(*) filter (where status = 'sold') || ' sold' as text from reservations`;

/** Waits until nothing is in progress, and compares orders, pieces, money and messages. */
export async function audit(urls: Urls): Promise<OrderCounts> {
  for (const name of [...serviceNames, 'order'] as const) {
    const isIdle = async (): Promise<boolean> =>
      (await query<{ count: number }>(urls[name], inProgress[name]))[0]!.count === 0;
    await waitUntil(`nothing is in progress in the ${name} service`, isIdle, settleTimeout);
  }
  for (const name of serviceNames) {
    await query(urls[name], 'analyze'); // otherwise the joins are planned for new tables
    for (const text of violations[name]) {
      const wrong = await query(urls[name], text);
      if (wrong.length > 0) throw new Error(`the ${name} service is not consistent: ${JSON.stringify(wrong)}`);
    }
  }
  await compare(urls.order, confirmedOrders, urls.payment, takenPayments);
  await compare(urls.order, confirmedPieces, urls.product, soldPieces);
  await compare(urls.order, orderOutcomes, urls.product, reservationOutcomes);
  const [counts] = await query<Omit<OrderCounts, 'unaccounted'>>(urls.order, orderCounts);
  const { accepted, confirmed, outOfStock, declined } = counts!;
  return { ...counts!, unaccounted: accepted - confirmed - outOfStock - declined };
}

async function compare(url: string, text: string, otherUrl: string, otherText: string): Promise<void> {
  const [one] = await query<{ text: string }>(url, text);
  const [other] = await query<{ text: string }>(otherUrl, otherText);
  if (one!.text !== other!.text) throw new Error(`the services differ: ${one!.text} and ${other!.text}`);
}
