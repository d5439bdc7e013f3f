import type { Pieces, PublishedStock, ReservationFact, StockHistoryFact, StockLevelFact } from '../invariants/stock.js';
import { CompactTable, ids, integers, names } from './compact-table.js';
import type { Snapshot } from './snapshot.js';

const stockLevels = `select product_id as "productId", available::bigint, reserved::bigint, sold::bigint, initial::bigint, adjusted::bigint, changes::bigint from stock_levels`;

/** The history of each product: what its changes add up to, and how many have a number or a stock that does not follow from those before. */
const histories = `
with changes as (
  select product_id, number, delta, available, row_number() over by_number as place, sum(delta) over by_number as sum
  from stock_changes window by_number as (partition by product_id order by number))
select product_id as "productId", count(*)::numeric as changes, sum(delta)::numeric as available,
  (count(*) filter (where number <> place or available <> sum))::numeric as wrong
from changes group by 1`;

/** Initial stock and adjustments, summed over the product service's own events, published or not. */
const published = `
with stored as (
  select id, type, payload from msg_outbox_archive where topic = 'product.events' and type in ('product.added', 'product.stock-adjusted')
  union select id, type, payload from msg_outbox where topic = 'product.events' and type in ('product.added', 'product.stock-adjusted')),
events as (select type, payload::jsonb as event from stored)
select event->>'productId' as "productId",
  coalesce(sum((event->>'stock')::bigint) filter (where type = 'product.added'), 0)::numeric as initial,
  coalesce(sum((event->>'delta')::bigint) filter (where type = 'product.stock-adjusted'), 0)::numeric as adjusted
from events group by 1 having count(*) filter (where type = 'product.added') > 0`;

const reservations = `
select order_id as "orderId", status, coalesce((select sum((line->>'quantity')::bigint) from jsonb_array_elements(lines) line), 0)::numeric as pieces
from reservations`;

const piecesIn = (condition: string): string => `
select line->>'productId' as "productId", sum((line->>'quantity')::bigint)::numeric as pieces
from reservations, jsonb_array_elements(lines) line where ${condition} group by 1`;

export interface ProductFacts {
  readonly stockLevels: readonly StockLevelFact[];
  readonly histories: readonly StockHistoryFact[];
  readonly published: readonly PublishedStock[];
  readonly reservations: Iterable<ReservationFact>;
  readonly reserved: readonly Pieces[];
  readonly sold: readonly Pieces[];
  /** Reserved and sold for orders that wait for an operator. */
  readonly reservedForWaiting: readonly Pieces[];
  readonly soldToWaiting: readonly Pieces[];
}

export async function gatherProduct(snapshot: Snapshot, waiting: readonly string[]): Promise<ProductFacts> {
  return {
    stockLevels: await snapshot.rows<StockLevelFact>(stockLevels),
    histories: await snapshot.rows<StockHistoryFact>(histories),
    published: await snapshot.rows<PublishedStock>(published),
    reservations: await gatherReservations(snapshot),
    reserved: await snapshot.rows<Pieces>(piecesIn(`status = 'reserved'`)),
    sold: await snapshot.rows<Pieces>(piecesIn(`status = 'sold'`)),
    reservedForWaiting: await snapshot.rows<Pieces>(piecesIn(`status = 'reserved' and order_id::text = any($1)`), [
      waiting,
    ]),
    soldToWaiting: await snapshot.rows<Pieces>(piecesIn(`status = 'sold' and order_id::text = any($1)`), [waiting]),
  };
}

async function gatherReservations(snapshot: Snapshot): Promise<Iterable<ReservationFact>> {
  const found = new CompactTable<ReservationFact>({ orderId: ids(), status: names(), pieces: integers() });
  for await (const row of snapshot.stream<ReservationFact>(reservations)) found.add(row);
  return found;
}
