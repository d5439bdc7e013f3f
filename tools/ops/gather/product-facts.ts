import type { Pieces, ReservationFact, ShelfFact, ToldStock } from '../audit/stock.js';
import type { Snapshot } from './read-only.js';

const shelves = `select product_id as "productId", available::float8, reserved::float8, sold::float8, initial::float8, adjusted::float8 from shelves`;

/** Opening stock and adjustments, summed over the product service's own words, published or not. */
const told = `
with words as (
  select id, type, payload from msg_outbox_archive where topic = 'product.events' and type in ('product.added', 'product.stock-adjusted')
  union select id, type, payload from msg_outbox where topic = 'product.events' and type in ('product.added', 'product.stock-adjusted')),
read as (select type, payload::jsonb as word from words)
select word->>'productId' as "productId",
  coalesce(sum((word->>'stock')::bigint) filter (where type = 'product.added'), 0)::float8 as initial,
  coalesce(sum((word->>'delta')::bigint) filter (where type = 'product.stock-adjusted'), 0)::float8 as adjusted
from read group by 1 having count(*) filter (where type = 'product.added') > 0`;

const reservations = `
select order_id as "orderId", status, coalesce((select sum((line->>'quantity')::bigint) from jsonb_array_elements(lines) line), 0)::float8 as pieces
from reservations`;

const piecesIn = (condition: string): string => `
select line->>'productId' as "productId", sum((line->>'quantity')::bigint)::float8 as pieces
from reservations, jsonb_array_elements(lines) line where ${condition} group by 1`;

export interface ProductFacts {
  readonly shelves: readonly ShelfFact[];
  readonly told: readonly ToldStock[];
  readonly reservations: readonly ReservationFact[];
  readonly reserved: readonly Pieces[];
  readonly sold: readonly Pieces[];
  /** Of the orders that an operator holds: what stands reserved, and what stands sold. */
  readonly reservedByHeld: readonly Pieces[];
  readonly soldToHeld: readonly Pieces[];
}

export async function gatherProduct(snapshot: Snapshot, held: readonly string[]): Promise<ProductFacts> {
  return {
    shelves: await snapshot.rows<ShelfFact>(shelves),
    told: await snapshot.rows<ToldStock>(told),
    reservations: await snapshot.rows<ReservationFact>(reservations),
    reserved: await snapshot.rows<Pieces>(piecesIn(`status = 'reserved'`)),
    sold: await snapshot.rows<Pieces>(piecesIn(`status = 'sold'`)),
    reservedByHeld: await snapshot.rows<Pieces>(piecesIn(`status = 'reserved' and order_id::text = any($1)`), [held]),
    soldToHeld: await snapshot.rows<Pieces>(piecesIn(`status = 'sold' and order_id::text = any($1)`), [held]),
  };
}
