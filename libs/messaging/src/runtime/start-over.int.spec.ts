import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  message,
  messagingMigrations,
  MessagingModule,
  Outbox,
  topic,
  type TransactionContext,
} from '../index.js';
import { partitionOf, PostgresStore } from '../internals.js';
import { envelopeOf, headersOf, toOutboxRow } from '../outbox/envelope.js';
import type { NewDatabase } from './messaging.options.js';

const service = `pantry-${randomUUID().slice(0, 8)}`;
const jars = topic(`${service}.events`, { owner: service, partitions: 2 });

@Message({ type: 'jar.filled', topic: jars, key: 'jar' })
class JarFilled {
  @IsString() readonly jar!: string;
  @IsString() readonly content!: string;
}

@Controller()
class JarHandler {
  @Handles(JarFilled)
  async filled({ jar, content }: JarFilled, { manager }: TransactionContext): Promise<void> {
    await manager.query('insert into contents values ($1, $2)', [jar, content]);
  }
}

describe('a service in development whose database was dropped', () => {
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  const kafka = kafkaClient({ brokers, clientId: 'test' });
  const fatal: Error[] = [];
  let database: FreshDatabase;
  let dataSource: DataSource;
  let app: INestApplication | undefined;

  const newDatabase = async (): Promise<void> => {
    database = await freshDatabase();
    dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table contents (jar text not null, content text not null)');
  };
  const stop = async (): Promise<void> => {
    await app?.close();
    app = undefined;
  };
  const dropDatabase = async (): Promise<void> => {
    await stop();
    await dataSource.destroy();
    await database.drop();
  };
  const start = async (setting: NewDatabase): Promise<void> => {
    @Module({
      imports: [
        MessagingModule.forRoot({
          service,
          kafka: { brokers, clientId: service },
          dataSource,
          newDatabase: setting,
          log: () => undefined,
          onFatal: (error) => void fatal.push(error),
        }),
        MessagingModule.forFeature({ messages: [JarFilled] }),
      ],
      controllers: [JarHandler],
    })
    class App {}
    app = await NestFactory.create(App, { logger: false, abortOnError: false });
    app.connectMicroservice({ strategy: app.get(KafkaTransport) });
    await app.startAllMicroservices();
    await app.init();
  };
  const fill = (jar: string, content: string): Promise<unknown> => {
    const outbox = app!.get(Outbox);
    return outbox.transaction(dataSource.manager, (manager) => outbox.publish(manager, JarFilled, { jar, content }));
  };
  const contents = async (expected: number): Promise<string[]> =>
    eventually(async () => {
      expect(fatal).toEqual([]);
      const rows = await dataSource.query<{ text: string }[]>(
        `select jar || ': ' || content as text from contents order by content`,
      );
      return rows.length >= expected && rows.map(({ text }) => text);
    });
  const sequences = async (jar: string): Promise<bigint[]> => {
    const found: bigint[] = [];
    const ends = await kafka.endOffsets([jars.name]);
    await kafka.read({
      ranges: ends.map(({ topic: name, partition, start: from, end: to }) => ({ topic: name, partition, from, to })),
      onRecords: (records) => {
        found.push(...records.filter(({ key }) => key === jar).map((record) => envelopeOf(record)!.sequence));
        return Promise.resolve();
      },
    });
    return found;
  };

  beforeAll(async () => {
    await kafka.provision([jars]);
    await newDatabase();
    await start('reject');
    for (const content of ['apples', 'bread']) await fill('a', content);
    await fill('b', 'cheese');
    expect(await contents(3)).toEqual(['a: apples', 'a: bread', 'b: cheese']);
    await dropDatabase();
    await newDatabase();
  }, 60_000);
  afterEach(stop);
  afterAll(async () => {
    await dropDatabase();
    await kafka.close();
  });

  it('ends without the setting, because a database may have been lost', async () => {
    await start('reject');
    await fill('a', 'crumbs'); // accepted before the service notices
    await eventually(() => fatal.length > 0);
    await stop();
    expect(new Set(fatal.splice(0).map(({ name }) => name))).toEqual(new Set(['OffsetMismatch']));
  });

  it('continues with it: numbers go on, nothing is read again, and a later start changes nothing', async () => {
    await start('start-over');
    await fill('a', 'dates');
    expect(await contents(2)).toEqual(['a: crumbs', 'a: dates']);
    await stop();
    await start('start-over');
    await fill('a', 'eggs');
    await fill('c', 'figs');
    expect(await contents(4)).toEqual(['a: crumbs', 'a: dates', 'a: eggs', 'c: figs']);
    expect(await sequences('a')).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(await sequences('c')).toEqual([1n]);
    expect(fatal).toEqual([]);
  });

  it('takes nothing over when the first message was acknowledged and not marked before a crash', async () => {
    await stop();
    await dataSource.query(
      'truncate msg_outbox_archive, msg_published_offsets, msg_inbox, msg_inbox_horizons, msg_sequences',
    );
    const [id, jar] = [randomUUID(), 'd'];
    const row = toOutboxRow(message(JarFilled, { jar, content: 'grapes' }), {
      id,
      at: new Date(),
      cause: id,
      correlation: undefined,
    });
    await new PostgresStore(dataSource).transaction((tx) => tx.append([row]));
    const publisher = await kafka.publisher();
    const headers = headersOf({ ...row, position: 1n, sequence: 1n }, service);
    await publisher.publish([
      { topic: jars.name, partition: partitionOf(jar, 2), key: jar, value: row.payload, headers },
    ]);
    await publisher.close();
    await start('start-over');
    await stop();
    const [waiting] = await dataSource.query<{ last: string }[]>(`select last from msg_sequences where key = 'd'`);
    expect(waiting).toEqual({ last: '1' });
  });
});
