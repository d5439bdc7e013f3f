import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Catalogue,
  kafkaClient,
  Message,
  messagingMigrations,
  said,
  systemWorld,
  topic,
  type KafkaClient,
  type Recovery,
} from '../index.js';
import { sayAgain } from './say-again.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const service = `crier-${randomUUID().slice(0, 8)}`;
const moods = topic(`${service}.moods`, { owner: service, partitions: 1, retention: 'compact' });

@Message({ type: 'mood.changed', topic: moods, key: 'who' })
class MoodChanged {
  @IsString() readonly who!: string;
  @IsString() readonly mood!: string;
}
@Message({ type: 'mood.gone', topic: moods, key: 'who', tombstone: true })
class MoodGone {
  @IsString() readonly who!: string;
}

/** Whoever has no mood is gone. */
const recovery: Pick<Recovery, 'compacted'> = {
  compacted: {
    tables: ['people'],
    words: (rows) =>
      (rows.get('people') as readonly { who: string; mood: string | null }[]).map(({ who, mood }) =>
        mood === null ? said(MoodGone, { who }) : said(MoodChanged, { who, mood }),
      ),
  },
};

describe('a compacted topic that knows less than its service', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  const again = () =>
    sayAgain(
      {
        dataSource,
        kafka,
        world: systemWorld,
        reason: 'a drill',
        options: { service, contracts: new Catalogue([MoodChanged, MoodGone]) },
      },
      recovery,
    );
  const waiting = () =>
    dataSource.query<object[]>(
      'select key, payload::jsonb as word, sequence::int, archived from msg_outbox order by key',
    );

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: 'crying',
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(`create table people (who text primary key, mood text);
      insert into people values ('as it was', 'glad'), ('changed', 'sad'), ('missing', 'mild'), ('gone', null), ('gone there too', null);
      insert into msg_sequences values ('${moods.name}', 'missing', 7)`);
    kafka = kafkaClient({ brokers, clientId: 'crier' });
    await kafka.provision([moods]);
    const publisher = await kafka.publisher();
    const record = (key: string, value: object | null) => ({
      topic: moods.name,
      partition: 0,
      key,
      value: value && JSON.stringify(value),
      headers: {},
    });
    await publisher.publish([
      record('as it was', { mood: 'glad', who: 'as it was' }),
      record('changed', { who: 'changed', mood: 'wild' }),
      record('gone', { who: 'gone', mood: 'wild' }),
      record('gone there too', null),
    ]);
    await publisher.close();
  }, 60_000);
  afterAll(async () => {
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('is told what it lacks, as the next word of each key, and nothing else', async () => {
    expect(await again()).toEqual({ said: 3 });
    expect(await waiting()).toEqual([
      { key: 'changed', word: { who: 'changed', mood: 'sad' }, sequence: 1, archived: false },
      { key: 'gone', word: null, sequence: 1, archived: false },
      { key: 'missing', word: { who: 'missing', mood: 'mild' }, sequence: 8, archived: false },
    ]);
  });

  it('is not told twice what waits to be said', async () => {
    const before = await waiting();
    expect(await again()).toEqual({ said: 0 });
    expect(await waiting()).toEqual(before);
  });
});
