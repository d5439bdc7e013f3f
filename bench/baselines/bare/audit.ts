import { query } from '../../environment/databases.js';
import { waitUntil } from '../../environment/wait.js';
import { countOrders } from '../../orders/shop-data.js';
import type { OrderCounts } from '../../orders/shop-under-test.js';
import { serviceNames, type ServiceName, type Urls } from '../start-services.js';

/** Milliseconds until everything that was started is complete. */
const settleTimeout = 60_000;

const inProgress: Readonly<Record<ServiceName, string>> = {
  order: `select 1 from msg_sagas where status in ('running', 'compensating')`,
  product: `select 1 from reservations where status = 'reserved'`,
  payment: `select 1 from msg_effects where done_at is null`,
};

/** Each returns the rows that are wrong. */
const violations: Readonly<Record<ServiceName, readonly string[]>> = {
  order: [
    `select key, o.status, published.types from (select key, array_agg(type) as types from msg_outbox_archive where type in ('order.confirmed', 'order.rejected') group by key) published
      full join (select order_id::text as key, status from orders) o using (key) where published.types is distinct from array['order.' || o.status]`,
    `select id, status from msg_sagas where status not in ('completed', 'failed')`,
    `select order_id, total_amount from orders where total_amount <> (select sum((line ->> 'quantity')::int8 * (line -> 'unitPrice' ->> 'amount')::int8) from jsonb_array_elements(lines) line)`,
  ],
  product: [
    `select * from stock_levels where reserved <> 0 or available + sold <> initial + adjusted`,
    `select product_id, s.sold, l.pieces from stock_levels s full join (select (line ->> 'productId')::uuid as product_id, sum((line ->> 'quantity')::int8) as pieces
      from reservations, jsonb_array_elements(lines) line where status = 'sold' group by 1) l using (product_id) where coalesce(s.sold, 0) <> coalesce(l.pieces, 0)`,
  ],
  payment: [
    `select order_id, status from payments where status not in ('taken', 'declined') or captured_amount <> due_amount or refunded_amount <> 0`,
    `select sum(amount) as balance from ledger_entries having sum(amount) <> 0`,
    `select p.order_id, p.captured_amount, l.amount from payments p full join ledger_entries l on l.entry_id = p.order_id || ':take:1 provider:clearing'
      where (l.account = 'provider:clearing' or l.account is null) and coalesce(p.captured_amount, 0) <> coalesce(l.amount, 0)`,
  ],
};

/** What the services must agree on: each has the same row in both. */
const agreements: readonly (readonly [order: string, other: ServiceName, text: string])[] = [
  [
    `select count(*) as orders, sum(total_amount) as paid from orders where status = 'confirmed'`,
    'payment',
    `select count(*) as orders, sum(captured_amount - refunded_amount) as paid from payments where status = 'taken'`,
  ],
  [
    `select coalesce(sum((line ->> 'quantity')::int8), 0) as pieces from orders, jsonb_array_elements(lines) line where status = 'confirmed'`,
    'product',
    `select sum(sold) as pieces from stock_levels`,
  ],
  [
    `select count(*) filter (where reason = 'out-of-stock') as refused, count(*) filter (where reason = 'payment-declined') as released, count(*) filter (where status = 'confirmed') as sold from orders`,
    'product',
    `select count(*) filter (where status = 'refused') as refused, count(*) filter (where status = 'released') as released, count(*) filter (where status = 'sold') as sold from reservations`,
  ],
];

/** Waits until nothing is in progress, and compares orders, pieces, money and messages. */
export async function audit(urls: Urls): Promise<OrderCounts> {
  for (const name of [...serviceNames, 'order'] as const) {
    const text = `(${inProgress[name]} limit 1) union all (select 1 from msg_outbox limit 1)`;
    const isIdle = async (): Promise<boolean> => (await query(urls[name], text)).length === 0;
    await waitUntil(`nothing is in progress in the ${name} service`, isIdle, settleTimeout);
  }
  for (const name of serviceNames) {
    await query(urls[name], 'analyze'); // otherwise the joins are planned for new tables
    for (const text of violations[name]) {
      const wrong = await query(urls[name], `${text} limit 3`);
      if (wrong.length > 0) throw new Error(`the ${name} service is not consistent: ${JSON.stringify(wrong)}`);
    }
  }
  for (const [text, other, otherText] of agreements) {
    const [found, expected] = [await query(urls.order, text), await query(urls[other], otherText)].map(toJson);
    if (found !== expected) throw new Error(`the services order and ${other} differ: ${found} and ${expected}`);
  }
  return countOrders(urls.order);
}

const toJson = (rows: readonly object[]): string => JSON.stringify(rows);
