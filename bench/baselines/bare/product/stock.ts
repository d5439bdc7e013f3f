import type pg from 'pg';
import { columnsOf, run, statement, transaction } from '../database.js';
import { mark, markValues, type Heard } from '../inbound.js';
import { append, numbered, Says } from '../outbox.js';
import { topics } from '../topics.js';

interface Line {
  readonly productId: string;
  readonly quantity: number;
}

interface Shortage extends Line {
  readonly available: number;
}

interface Reservation {
  readonly orderId: string;
  status: 'reserved' | 'refused' | 'released' | 'sold';
  readonly lines: readonly Line[] | null;
  readonly shortages: readonly Shortage[] | null;
}

interface Shelf {
  readonly productId: string;
  available: number;
  reserved: number;
  sold: number;
}

type Place = 'available' | 'reserved' | 'sold';

const lockReservations = statement(
  'lock_reservations',
  `select order_id as "orderId", status, lines, shortages from reservations where order_id = any($1::uuid[]) order by order_id for update`,
);
const lockShelves = statement(
  'lock_shelves',
  `select product_id as "productId", available::float8, reserved::float8, sold::float8 from shelves where product_id = any($1::uuid[]) order by product_id for update`,
);

const save = statement(
  'save_stock',
  `
with ${numbered},
made as (insert into reservations (order_id, status, lines, shortages, reserved_at, refused_at)
  select order_id, status, lines::jsonb, shortages::jsonb, case status when 'reserved' then now() end, case status when 'refused' then now() end
  from unnest($7::uuid[], $8::text[], $9::text[], $10::text[]) as r(order_id, status, lines, shortages) order by order_id),
ended as (update reservations r set status = u.status, sold_at = case u.status when 'sold' then now() end, released_at = case u.status when 'released' then now() end
  from unnest($11::uuid[], $12::text[]) as u(order_id, status) where r.order_id = u.order_id),
moved as (update shelves s set available = u.available, reserved = u.reserved, sold = u.sold
  from unnest($13::uuid[], $14::int8[], $15::int8[], $16::int8[]) as u(product_id, available, reserved, sold) where s.product_id = u.product_id)
${append}`,
);

/** What a batch of commands makes of reservations and shelves, in memory. */
class Stockroom {
  readonly says = new Says();
  readonly made = new Map<string, Reservation>();
  readonly ended = new Map<string, Reservation>();
  readonly moved = new Set<Shelf>();
  readonly #at = new Date().toISOString();

  constructor(
    private readonly reservations: ReadonlyMap<string, Reservation>,
    private readonly shelves: ReadonlyMap<string, Shelf>,
  ) {}

  reserve({ id, orderId, body }: Heard<{ readonly lines: readonly Line[] }>): void {
    const { lines } = body;
    const shortages = lines.flatMap((line) => {
      const available = this.shelves.get(line.productId)?.available ?? 0;
      return line.quantity > available ? [{ ...line, available }] : [];
    });
    if (shortages.length > 0) {
      this.made.set(orderId, { orderId, status: 'refused', lines: null, shortages });
      this.says.say(topics.stockEvents, 'stock.refused', orderId, id, {
        orderId,
        reason: 'out-of-stock',
        shortages,
        refusedAt: this.#at,
      });
      return;
    }
    this.made.set(orderId, { orderId, status: 'reserved', lines, shortages: null });
    this.#carry(lines, 'available', 'reserved');
    this.says.say(topics.stockEvents, 'stock.reserved', orderId, id, { orderId, lines, reservedAt: this.#at });
  }

  sell({ id, orderId }: Heard): void {
    const lines = this.#end(orderId, 'sold');
    this.says.say(topics.stockEvents, 'stock.sold', orderId, id, { orderId, lines, soldAt: this.#at });
  }

  release({ id, orderId }: Heard): void {
    const lines = this.#end(orderId, 'released');
    this.says.say(topics.stockEvents, 'stock.released', orderId, id, { orderId, lines, releasedAt: this.#at });
  }

  #end(orderId: string, status: 'sold' | 'released'): readonly Line[] {
    const reservation = this.reservations.get(orderId);
    if (reservation?.status !== 'reserved')
      throw new Error(
        `the goods of order ${orderId} can't be ${status}: they are ${reservation?.status ?? 'not set aside'}`,
      );
    reservation.status = status;
    this.ended.set(orderId, reservation);
    this.#carry(reservation.lines!, 'reserved', status === 'sold' ? 'sold' : 'available');
    return reservation.lines!;
  }

  #carry(lines: readonly Line[], from: Place, to: Place): void {
    for (const { productId, quantity } of lines) {
      const shelf = this.shelves.get(productId)!;
      shelf[from] -= quantity;
      shelf[to] += quantity;
      this.moved.add(shelf);
    }
  }
}

const linesOf = ({ body }: Heard): readonly Line[] => (body as { readonly lines?: readonly Line[] }).lines ?? [];

/** Obeys a batch of commands, in one transaction; reservations are locked before shelves. */
export function obey(pool: pg.Pool, batch: readonly Heard[]): Promise<void> {
  return transaction(pool, async (client) => {
    const fresh = new Set((await run<{ id: string }>(client, mark, markValues('product', batch))).map(({ id }) => id));
    const commands = batch.filter(({ id }) => fresh.delete(id));
    const reservations = await run<Reservation>(client, lockReservations, [commands.map(({ orderId }) => orderId)]);
    const products = new Set(
      [...commands.flatMap(linesOf), ...reservations.flatMap(({ lines }) => lines ?? [])].map(
        ({ productId }) => productId,
      ),
    );
    const shelves = await run<Shelf>(client, lockShelves, [[...products]]);
    const stockroom = new Stockroom(
      new Map(reservations.map((row) => [row.orderId, row])),
      new Map(shelves.map((row) => [row.productId, row])),
    );
    for (const command of commands) {
      if (command.type === 'stock.reserve') stockroom.reserve(command as Heard<{ readonly lines: readonly Line[] }>);
      else if (command.type === 'stock.sell') stockroom.sell(command);
      else stockroom.release(command);
    }
    await run(client, save, [
      ...stockroom.says.columns,
      ...columnsOf(
        [...stockroom.made.values()].map(({ orderId, status, lines, shortages }) => [
          orderId,
          status,
          lines && JSON.stringify(lines),
          shortages && JSON.stringify(shortages),
        ]),
        4,
      ),
      ...columnsOf(
        [...stockroom.ended.values()].map(({ orderId, status }) => [orderId, status]),
        2,
      ),
      ...columnsOf(
        [...stockroom.moved].map(({ productId, available, reserved, sold }) => [productId, available, reserved, sold]),
        4,
      ),
    ]);
  });
}
