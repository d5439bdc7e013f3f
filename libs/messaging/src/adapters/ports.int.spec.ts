import 'reflect-metadata';
import { kafkaClientConformance, storeConformance, tablesDdl, thingsDdl } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { kafkaClient, messagingMigrations } from '../index.js';
import { PostgresStore } from './postgres/postgres-store.js';

kafkaClientConformance('kafkajs', () =>
  kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'conformance' }),
);

const onPostgres = (pipeline: boolean) => async () => {
  const database = await freshDatabase();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    migrations: messagingMigrations,
    extra: { max: 5, pipeline },
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.query(thingsDdl);
  await dataSource.query(tablesDdl);
  return {
    store: new PostgresStore(dataSource),
    requestPartitions: (topic: string, partitions: number) =>
      dataSource.query('update msg_topics set increasing_to = $2 where topic = $1', [topic, partitions]),
    archived: async () =>
      (await dataSource.query<{ n: number }[]>('select count(*)::int as n from msg_outbox_archive'))[0]!.n,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
};

storeConformance('PostgreSQL, one statement at a time', onPostgres(false));
storeConformance('PostgreSQL, pipelined', onPostgres(true));
