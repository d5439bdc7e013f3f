import { contracts, topics } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import {
  decode,
  kafkaClient,
  messagingMigrations,
  PostgresStore,
  type AnyTable,
  type IncomingRecord,
  type Kept,
  type Recovery,
  type Told,
} from '@tradewind/messaging';
import { DataSource, type MigrationInterface } from 'typeorm';
import { recovery as cart } from '../../apps/cart/src/recovery.js';
import { recovery as order } from '../../apps/order/src/recovery.js';
import { recovery as payment } from '../../apps/payment/src/recovery.js';
import { recovery as product } from '../../apps/product/src/recovery.js';
import { recovery as user } from '../../apps/user/src/recovery.js';

/** What a lost database of each service is brought back with. */
export const recoveriesOf = (dataKeySecret: string): Readonly<Record<string, Recovery>> => ({
  user: user({ DATA_KEY_SECRET: dataKeySecret }),
  product,
  cart,
  order,
  payment,
});

/** Every message that any `.events` topic holds, once each, key by key and in the order of its partition. */
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
  return [...groupBy(records, ({ key }) => key).values()].flat().flatMap((record) => {
    const { message, envelope } = decode(record, contracts);
    if (!message || !envelope || seen.has(envelope.id)) return [];
    seen.add(envelope.id);
    return [{ message, envelope, at: new Date(record.headers['ce_time']!) }];
  });
}

/** Folds into a database of its own with the service's own schema. */
export async function fold(
  url: string,
  migrations: readonly (new () => MigrationInterface)[],
  rows: ReturnType<Recovery['rows']>,
): Promise<DataSource> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: [...messagingMigrations, ...migrations],
  }).initialize();
  await dataSource.runMigrations();
  await new PostgresStore(dataSource).transaction(async (transaction) => {
    for (const [table, of] of rows) {
      const changes = [...of].map((row) => ({
        table,
        key: String((row as Record<string, unknown>)[table.key]),
        row,
        fresh: true,
      }));
      if (changes.length > 0) await transaction.save(table, changes, new Set());
    }
  });
  return dataSource;
}

/** One line a row, sorted: two tables hold the same when these are equal. */
export async function contentOf(dataSource: DataSource, { name }: AnyTable): Promise<string[]> {
  return (await dataSource.query<{ row: string }[]>(`select to_jsonb(t)::text as row from ${name} t order by 1`)).map(
    ({ row }) => row,
  );
}

/** The data keys as a backup has them: they are on no `.events` topic. */
export const keysIn = async (users: DataSource): Promise<Kept> =>
  new Map([['data_keys', await users.query<Record<string, unknown>[]>('select * from data_keys')]]);
