import type { Acceptance } from '../invariants/accepted-order.js';
import type { Pieces } from '../invariants/stock.js';
import type { Snapshot } from './snapshot.js';

/** What the audit reads of an order; amounts in pence. */
export interface OrderFact {
  readonly userId: string;
  readonly status: string;
  readonly total: number;
  readonly linesTotal: number;
  readonly goodwill: number;
  readonly pieces: number;
}

const orders = `
select o.order_id::text as "orderId", o.user_id::text as "userId", o.status, o.total_amount::float8 as total, o.goodwill_amount::float8 as goodwill,
  sums.amount::float8 as "linesTotal", sums.pieces::float8 as pieces
from orders o cross join lateral (
  select sum((line->>'quantity')::bigint) as pieces, sum((line->>'quantity')::bigint * (line->'unitPrice'->>'amount')::bigint) as amount
  from jsonb_array_elements(o.lines) line) sums`;

/** Orders without a cart: only their events have the key. */
const directOrders = `
with placed as (
  select payload from msg_outbox_archive where type = 'order.placed' and payload like '%"keyHash"%'
  union all select payload from msg_outbox where type = 'order.placed' and payload like '%"keyHash"%'),
events as (select payload::jsonb as event from placed)
select event->>'orderId' as "orderId", event->>'userId' as "userId", event->>'keyHash' as "keyHash", (event->'total'->>'amount')::float8 as total, 'order' as by
from events where event ? 'keyHash'`;

const confirmedLines = `
select line->>'productId' as "productId", sum((line->>'quantity')::bigint)::float8 as pieces
from orders, jsonb_array_elements(lines) line where status = 'confirmed' and not order_id::text = any($1) group by 1`;

export async function gatherOrders(snapshot: Snapshot): Promise<Map<string, OrderFact>> {
  const facts = new Map<string, OrderFact>();
  for await (const { orderId, ...fact } of snapshot.stream<OrderFact & { orderId: string }>(orders))
    facts.set(orderId, fact);
  return facts;
}

export const gatherDirectOrders = (snapshot: Snapshot): Promise<Acceptance[]> =>
  snapshot.rows<Acceptance>(directOrders);

/** By product, without the orders of `waiting`. */
export const gatherConfirmedLines = (snapshot: Snapshot, waiting: readonly string[]): Promise<Pieces[]> =>
  snapshot.rows<Pieces>(confirmedLines, [waiting]);
