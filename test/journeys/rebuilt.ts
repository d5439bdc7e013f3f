import { messagingMigrations, PostgresStore, kafkaClient, decode, type AnyTable, type Envelope, type IncomingRecord } from '@tradewind/messaging';
import { contracts, topics } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { blindIndexWith, dataKeySecret, unsealWith, unwrap } from '@tradewind/service';
import { DataSource, type MigrationInterface } from 'typeorm';
import { rebuildCarts } from '../../apps/cart/src/rebuild.js';
import { CartLines, Carts, Checkouts } from '../../apps/cart/src/storage/cart.tables.js';
import { rebuildOrders } from '../../apps/order/src/rebuild.js';
import { Orders } from '../../apps/order/src/storage/order.tables.js';
import { rebuildPayments } from '../../apps/payment/src/rebuild.js';
import { LedgerEntries, Payments, Refunds } from '../../apps/payment/src/storage/payment.tables.js';
import { rebuildProduct } from '../../apps/product/src/rebuild.js';
import { Products, Reservations, Shelves } from '../../apps/product/src/storage/product.tables.js';
import { normaliseEmail } from '../../apps/user/src/domain/email.js';
import { rebuildAccounts } from '../../apps/user/src/rebuild.js';
import { Accounts } from '../../apps/user/src/storage/tables.js';

interface Told {
  readonly message: object;
  readonly envelope: Envelope;
}
type Folded = readonly (readonly [AnyTable, Iterable<object>])[];

/** What by design is in no event and comes from a backup: opens a sealed address and makes its look-up value. */
export type EmailIndex = (userId: UserId, sealed: string) => string;

/** How each service's rows come from what was said: the fold that a lost database is brought back with. */
export const folds: Readonly<Record<string, (told: readonly Told[], emailIndexOf: EmailIndex) => Folded>> = {
  user: (told, emailIndexOf) => [[Accounts, rebuildAccounts(told.map(({ message }) => message), emailIndexOf).values()]],
  product: (told) => {
    const { products, shelves, reservations } = rebuildProduct(told.map(({ message }) => message));
    return [[Products, products.values()], [Shelves, shelves.values()], [Reservations, reservations.values()]];
  },
  cart: (told) => {
    const { carts, lines, checkouts } = rebuildCarts(told.map(({ message, envelope }) => ({ message, sequence: Number(envelope.sequence) })));
    return [[Carts, carts.values()], [CartLines, lines.values()], [Checkouts, checkouts.values()]];
  },
  order: (told) => [[Orders, rebuildOrders(told.map(({ message }) => message)).values()]],
  payment: (told) => {
    const { payments, refunds, ledger } = rebuildPayments(told.map(({ message, envelope }) => ({ message, causation: envelope.causation! })));
    return [[Payments, payments.values()], [Refunds, refunds.values()], [LedgerEntries, ledger]];
  },
};

/** Every message that any `.events` topic holds, once each, in the order of its partition. */
export async function everythingSaid(brokers: string): Promise<Told[]> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'rebuild' });
  const records: IncomingRecord[] = [];
  const events = Object.values(topics).filter(({ name }) => name.endsWith('.events'));
  const tail = await kafka.tail({
    topics: events.map(({ name }) => name),
    onRecords: (some) => records.push(...some),
    onDead: (error) => {
      throw error;
    },
  });
  await tail.caughtUp;
  await tail.close();
  await kafka.close();
  const seen = new Set<string>();
  return records.flatMap((record) => {
    const { message, envelope } = decode(record, contracts);
    if (!message || !envelope || seen.has(envelope.id)) return [];
    seen.add(envelope.id);
    return [{ message, envelope }];
  });
}

/** Folds into a database of its own with the service's own schema. */
export async function fold(url: string, migrations: readonly (new () => MigrationInterface)[], rows: Folded): Promise<DataSource> {
  const dataSource = await new DataSource({ type: 'postgres', url, migrations: [...messagingMigrations, ...migrations] }).initialize();
  await dataSource.runMigrations();
  await new PostgresStore(dataSource).transaction(async (transaction) => {
    for (const [table, of] of rows) {
      const changes = [...of].map((row) => ({ table, key: String((row as Record<string, unknown>)[table.key]), row, fresh: true }));
      if (changes.length > 0) await transaction.save(table, changes, new Set());
    }
  });
  return dataSource;
}

/** One line a row, sorted: two tables hold the same when these are equal. */
export async function contentOf(dataSource: DataSource, { name }: AnyTable): Promise<string[]> {
  return (await dataSource.query<{ row: string }[]>(`select to_jsonb(t)::text as row from ${name} t order by 1`)).map(({ row }) => row);
}

export async function emailIndexFrom(live: DataSource, secret: string): Promise<EmailIndex> {
  const deployment = dataKeySecret(secret);
  const rows = await live.query<{ user_id: string; wrapped_key: string }[]>('select user_id, wrapped_key from data_keys');
  const keys = new Map(rows.map((row) => [row.user_id, unwrap(deployment, row.user_id, row.wrapped_key)]));
  return (userId, sealed) => blindIndexWith(deployment, normaliseEmail(unsealWith(keys.get(userId)!, sealed)));
}
