import { contracts, topics } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import { kafkaClient, messagingMigrations } from '@tradewind/messaging';
import { keyOf, PostgresStore, type IncomingRecord, decode } from '@tradewind/messaging/internals';
import type { BackupRows, Recovery, Published } from '@tradewind/operations';
import type { ServiceDefinition } from '@tradewind/service';
import { DataSource } from 'typeorm';
import { kafkaSecurityAs } from '../../../tools/kafka-users.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** Every message on the `.events` topics, without duplicates, by key and in the order of the partition. */
export async function publishedEvents({
  kafkaBrokers,
  kafkaLogins,
}: Pick<Shop, 'kafkaBrokers' | 'kafkaLogins'>): Promise<Published[]> {
  const brokers = kafkaBrokers.split(',');
  const kafka = kafkaClient({ brokers, clientId: 'tradewind-audit', ...kafkaSecurityAs('audit', kafkaLogins) });
  const records: IncomingRecord[] = [];
  const events = Object.values(topics).filter(({ name }) => name.endsWith('.events'));
  const tail = await kafka.tail({
    topics: events.map(({ name }) => name),
    onRecords: (some) => records.push(...some),
    onFatal: (error) => {
      throw error;
    },
  });
  await tail.caughtUp;
  await tail.close();
  await kafka.close();
  const seen = new Set<string>();
  return [...groupBy(records, ({ key }) => key).values()].flat().flatMap((record) => {
    const decoded = decode(record, contracts);
    if (decoded.poison || decoded.skipped || seen.has(decoded.id)) return [];
    seen.add(decoded.id);
    const { message, envelope } = decoded;
    return [{ message, envelope, at: new Date(record.headers['ce_time']!) }];
  });
}

/** Writes the rows into a new database with the service's schema. */
export async function restore(
  url: string,
  migrations: ServiceDefinition['migrations'],
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
        key: keyOf(table, row),
        row,
        isNew: true,
      }));
      if (changes.length > 0) await transaction.save(table, changes, new Set());
    }
  });
  return dataSource;
}

/** The rows as sorted text: two tables have the same content when the lists are equal. */
export async function rowsOf(dataSource: DataSource, { name }: { readonly name: string }): Promise<string[]> {
  return (await dataSource.query<{ row: string }[]>(`select to_jsonb(t)::text as row from ${name} t order by 1`)).map(
    ({ row }) => row,
  );
}

/** The data keys like in a backup: they are on no `.events` topic. */
export const dataKeysOf = async (users: DataSource): Promise<BackupRows> =>
  new Map([['data_keys', await users.query<Record<string, unknown>[]>('select * from data_keys')]]);
