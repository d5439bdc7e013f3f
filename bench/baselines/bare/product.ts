import type pg from 'pg';
import { topics } from '@tradewind/contracts';
import { ready } from '../../environment/program.js';
import { run, statement } from './database.js';
import { insertInto, saving, update } from './save.js';
import { consume, openService, type Message } from './service.js';

/* The product service: reserves, sells and releases stock. Locks reservations before stock levels. */
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

const lockReservations = statement(
  `select order_id as "orderId", status, lines from reservations where order_id = any($1::uuid[]) order by order_id for update`,
);
const lockLevels = statement(
  `select product_id as "productId", available::float8, reserved::float8, sold::float8, changes::float8 from stock_levels where product_id = any($1::uuid[]) order by product_id for update`,
);
const timeOf = (status: Reservation['status']): string => `case r.status when '${status}' then now() end`;
const newSave = saving({
  made: insertInto(
    'reservations',
    { orderId: 'uuid', status: 'text', lines: 'jsonb', shortages: 'jsonb' },
    { reserved_at: timeOf('reserved'), refused_at: timeOf('refused') },
  ),
  ended: update(
    'reservations',
    { orderId: 'uuid', status: 'text' },
    `status = r.status, sold_at = ${timeOf('sold')}, released_at = ${timeOf('released')}`,
  ),
  moved: update(
    'stock_levels',
    { productId: 'uuid', available: 'int8', reserved: 'int8', sold: 'int8', changes: 'int8' },
    'available = r.available, reserved = r.reserved, sold = r.sold, changes = r.changes',
  ),
  history: insertInto(
    'stock_changes',
    { productId: 'uuid', number: 'int8', cause: 'text', delta: 'int8', available: 'int8', orderId: 'uuid' },
    { at: 'now()' },
  ),
});

const linesOf = ({ body }: Message): readonly Line[] => (body as { readonly lines?: readonly Line[] }).lines ?? [];

async function handle(client: pg.PoolClient, commands: readonly Message[]): Promise<void> {
  const locked = await run<Reservation>(client, lockReservations, [commands.map(({ orderId }) => orderId)]);
  const reservations = new Map(locked.map((row) => [row.orderId, row]));
  const allLines = [...commands.flatMap(linesOf), ...locked.flatMap(({ lines }) => lines ?? [])];
  const productIds = new Set(allLines.map(({ productId }) => productId));
  const levels = new Map(
    (await run<StockLevel>(client, lockLevels, [[...productIds]])).map((row) => [row.productId, row]),
  );
  const [save, moved, now] = [newSave(), new Set<StockLevel>(), new Date().toISOString()];
  type Place = 'available' | 'reserved' | 'sold';
  const move = (orderId: string, lines: readonly Line[], from: Place, to: Place): void => {
    for (const { productId, quantity } of lines) {
      const level = levels.get(productId)!;
      level[from] -= quantity;
      level[to] += quantity;
      moved.add(level);
      if (to === 'sold') continue;
      const [cause, delta] = to === 'available' ? ['released', quantity] : ['reserved', -quantity];
      const { available } = level;
      save.add('history', { productId, number: ++level.changes, cause, delta, available, orderId });
    }
  };
  const publish = ({ id, orderId }: Message, status: Reservation['status'], event: object): void =>
    void save.publish(topics.stockEvents, `stock.${status}`, orderId, id, { orderId, ...event, [`${status}At`]: now });
  const reserve = (command: Message): void => {
    const [orderId, lines] = [command.orderId, linesOf(command)];
    const shortages = lines.flatMap((line) => {
      const available = levels.get(line.productId)?.available ?? 0;
      return line.quantity > available ? [{ ...line, available }] : [];
    });
    if (shortages.length > 0) {
      save.add('made', { orderId, status: 'refused', lines: null, shortages: JSON.stringify(shortages) });
      return publish(command, 'refused', { reason: 'out-of-stock', shortages });
    }
    save.add('made', { orderId, status: 'reserved', lines: JSON.stringify(lines), shortages: null });
    move(orderId, lines, 'available', 'reserved');
    publish(command, 'reserved', { lines });
  };
  const end = (command: Message, status: 'sold' | 'released'): void => {
    const { orderId } = command;
    const reservation = reservations.get(orderId);
    if (reservation?.status !== 'reserved')
      throw new Error(`the reservation of ${orderId} is ${reservation?.status ?? 'missing'} and cannot be ${status}`);
    reservation.status = status;
    save.add('ended', { orderId, status });
    move(orderId, reservation.lines!, 'reserved', status === 'sold' ? 'sold' : 'available');
    publish(command, status, { lines: reservation.lines });
  };
  for (const command of commands)
    if (command.type === 'stock.reserve') reserve(command);
    else end(command, command.type === 'stock.sell' ? 'sold' : 'released');
  for (const level of moved) save.add('moved', level);
  await save.run(client);
}

await consume(await openService('product', 2), { group: 'product', topics: [topics.stockCommands], handle });
ready();
