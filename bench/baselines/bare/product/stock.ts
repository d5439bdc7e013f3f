import type pg from 'pg';
import { handleNew, type Message } from '../consumer.js';
import { Rows, run, statement } from '../database.js';
import { appendMessages, numberMessages, OutboxRows, topics } from '../outbox.js';

interface Line {
  readonly productId: string;
  readonly quantity: number;
}

interface Reservation {
  readonly orderId: string;
  status: 'reserved' | 'refused' | 'released' | 'sold';
  readonly lines: readonly Line[] | null;
}

interface StockLevel {
  readonly productId: string;
  available: number;
  reserved: number;
  sold: number;
  changes: number;
}

type Place = 'available' | 'reserved' | 'sold';

const lockReservations = statement(
  `select order_id as "orderId", status, lines from reservations where order_id = any($1::uuid[]) order by order_id for update`,
);
const lockLevels = statement(
  `select product_id as "productId", available::float8, reserved::float8, sold::float8, changes::float8 from stock_levels where product_id = any($1::uuid[]) order by product_id for update`,
);
const save = statement(`
with ${numberMessages},
made as (insert into reservations (order_id, status, lines, shortages, reserved_at, refused_at)
  select order_id, status, lines::jsonb, shortages::jsonb, case status when 'reserved' then now() end, case status when 'refused' then now() end
  from unnest($7::uuid[], $8::text[], $9::text[], $10::text[]) as r(order_id, status, lines, shortages) order by order_id),
ended as (update reservations r set status = u.status, sold_at = case u.status when 'sold' then now() end, released_at = case u.status when 'released' then now() end
  from unnest($11::uuid[], $12::text[]) as u(order_id, status) where r.order_id = u.order_id),
moved as (update stock_levels s set available = u.available, reserved = u.reserved, sold = u.sold, changes = u.changes
  from unnest($13::uuid[], $14::int8[], $15::int8[], $16::int8[], $17::int8[]) as u(product_id, available, reserved, sold, changes) where s.product_id = u.product_id),
history as (insert into stock_changes (product_id, number, cause, delta, available, at, order_id) select product_id, number, cause, delta, available, now(), order_id
  from unnest($18::uuid[], $19::int8[], $20::text[], $21::int8[], $22::int8[], $23::uuid[]) as h(product_id, number, cause, delta, available, order_id) order by product_id, number)
${appendMessages}`);

/** What a batch of commands changes, decided in memory. */
class StockChanges {
  readonly outbox = new OutboxRows();
  readonly made = new Rows(4);
  readonly ended = new Rows(2);
  readonly moved = new Set<StockLevel>();
  readonly history = new Rows(6);
  readonly #now = new Date().toISOString();

  constructor(
    private readonly reservations: ReadonlyMap<string, Reservation>,
    private readonly levels: ReadonlyMap<string, StockLevel>,
  ) {}

  reserve({ id, orderId }: Message, lines: readonly Line[]): void {
    const shortages = lines.flatMap((line) => {
      const available = this.levels.get(line.productId)?.available ?? 0;
      return line.quantity > available ? [{ ...line, available }] : [];
    });
    if (shortages.length > 0) {
      this.made.add(orderId, 'refused', null, JSON.stringify(shortages));
      const event = { orderId, reason: 'out-of-stock', shortages, refusedAt: this.#now };
      this.outbox.publish(topics.stockEvents, 'stock.refused', orderId, id, event);
      return;
    }
    this.made.add(orderId, 'reserved', JSON.stringify(lines), null);
    this.#move(orderId, lines, 'available', 'reserved');
    const event = { orderId, lines, reservedAt: this.#now };
    this.outbox.publish(topics.stockEvents, 'stock.reserved', orderId, id, event);
  }

  end({ id, orderId }: Message, status: 'sold' | 'released'): void {
    const reservation = this.reservations.get(orderId);
    if (reservation?.status !== 'reserved')
      throw new Error(`the reservation of ${orderId} is ${reservation?.status ?? 'missing'} and cannot be ${status}`);
    reservation.status = status;
    this.ended.add(orderId, status);
    const lines = reservation.lines!;
    this.#move(orderId, lines, 'reserved', status === 'sold' ? 'sold' : 'available');
    const event = { orderId, lines, [`${status}At`]: this.#now };
    this.outbox.publish(topics.stockEvents, `stock.${status}`, orderId, id, event);
  }

  #move(orderId: string, lines: readonly Line[], from: Place, to: Place): void {
    for (const { productId, quantity } of lines) {
      const level = this.levels.get(productId)!;
      level[from] -= quantity;
      level[to] += quantity;
      this.moved.add(level);
      if (to === 'sold') continue;
      const [cause, delta] = to === 'available' ? ['released', quantity] : ['reserved', -quantity];
      this.history.add(productId, ++level.changes, cause, delta, level.available, orderId);
    }
  }
}

const linesOf = ({ body }: Message): readonly Line[] => (body as { readonly lines?: readonly Line[] }).lines ?? [];

/** Locks reservations before stock levels. */
export const handleCommands = (pool: pg.Pool, batch: readonly Message[]): Promise<unknown> =>
  handleNew(pool, 'product', batch, async (client, commands) => {
    const reservations = await run<Reservation>(client, lockReservations, [commands.map(({ orderId }) => orderId)]);
    const lines = [...commands.flatMap(linesOf), ...reservations.flatMap((reservation) => reservation.lines ?? [])];
    const productIds = new Set(lines.map(({ productId }) => productId));
    const levels = await run<StockLevel>(client, lockLevels, [[...productIds]]);
    const changes = new StockChanges(
      new Map(reservations.map((row) => [row.orderId, row])),
      new Map(levels.map((row) => [row.productId, row])),
    );
    for (const command of commands) {
      if (command.type === 'stock.reserve') changes.reserve(command, linesOf(command));
      else changes.end(command, command.type === 'stock.sell' ? 'sold' : 'released');
    }
    const moved = new Rows(5);
    for (const { productId, available, reserved, sold, changes: count } of changes.moved)
      moved.add(productId, available, reserved, sold, count);
    const { outbox, made, ended, history } = changes;
    await run(client, save, [
      ...outbox.columns,
      ...made.columns,
      ...ended.columns,
      ...moved.columns,
      ...history.columns,
    ]);
  });
