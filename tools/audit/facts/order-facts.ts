import type { ById } from '../invariants/by-id.js';
import type { Acceptance } from '../invariants/accepted-order.js';
import type { Pieces } from '../invariants/stock.js';
import { gatherAcceptances } from './cart-facts.js';
import { ids, integers, names, TableById } from './compact-table.js';
import type { Snapshot } from './snapshot.js';

/** What the audit reads of an order; amounts in pence. */
export interface OrderFact {
  readonly userId: string;
  readonly status: string;
  readonly total: bigint;
  readonly linesTotal: bigint;
  readonly goodwill: bigint;
  readonly pieces: bigint;
}

const orders = `
select o.order_id::text as "orderId", o.user_id::text as "userId", o.status, o.total_amount as total, o.goodwill_amount as goodwill,
  coalesce(sums.amount, 0) as "linesTotal", coalesce(sums.pieces, 0) as pieces
from orders o cross join lateral (
  select sum((line->>'quantity')::bigint) as pieces, sum((line->>'quantity')::numeric * (line->'unitPrice'->>'amount')::numeric) as amount
  from jsonb_array_elements(o.lines) line) sums order by o.order_id`;

/** Orders without a cart: only their events have the key. */
const directOrders = `
with placed as (
  select payload from msg_outbox_archive where type = 'order.placed' and payload like '%"keyHash"%'
  union all select payload from msg_outbox where type = 'order.placed' and payload like '%"keyHash"%'),
events as (select payload::jsonb as event from placed)
select event->>'orderId' as "orderId", event->>'userId' as "userId", event->>'keyHash' as "keyHash", (event->'total'->>'amount')::numeric as total, 'order' as by
from events where event ? 'keyHash'`;

const confirmedLines = `
select line->>'productId' as "productId", sum((line->>'quantity')::bigint) as pieces
from orders, jsonb_array_elements(lines) line where status = 'confirmed' and not order_id::text = any($1) group by 1`;

export async function gatherOrders(snapshot: Snapshot): Promise<ById<OrderFact>> {
  const facts = new TableById<OrderFact>({
    userId: ids(),
    status: names(),
    total: integers(),
    linesTotal: integers(),
    goodwill: integers(),
    pieces: integers(),
  });
  for await (const { orderId, ...fact } of snapshot.stream<OrderFact & { orderId: string }>(orders))
    facts.add(orderId, fact);
  return facts;
}

export const gatherDirectOrders = (snapshot: Snapshot): Promise<Iterable<Acceptance>> =>
  gatherAcceptances(snapshot, directOrders);

/** By product, without the orders of `waiting`. */
export const gatherConfirmedLines = (snapshot: Snapshot, waiting: readonly string[]): Promise<Pieces[]> =>
  snapshot.rows<Pieces>(confirmedLines, [waiting]);
