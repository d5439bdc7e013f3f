import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaClient, Message, message, messagingMigrations, topic, type KafkaClient } from '@tradewind/messaging';
import { systemPorts } from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { republish, type Recovery } from './index.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const service = `status-${randomUUID().slice(0, 8)}`;
const statuses = topic(`${service}.statuses`, { owner: service, partitions: 1, retention: 'compact' });

@Message({ type: 'status.set', topic: statuses, key: 'user' })
class StatusSet {
  @IsString() readonly user!: string;
  @IsString() readonly status!: string;
}
@Message({ type: 'status.deleted', topic: statuses, key: 'user', tombstone: true })
class StatusDeleted {
  @IsString() readonly user!: string;
}

/** A user without a status is deleted. */
const recovery: Pick<Recovery, 'compacted'> = {
  compacted: {
    tables: ['users'],
    messages: (rows) =>
      (rows.get('users') as readonly { user: string; status: string | null }[]).map(({ user, status }) =>
        status === null ? message(StatusDeleted, { user }) : message(StatusSet, { user, status }),
      ),
  },
};

describe('a compacted topic without the last messages of its service', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  const run = () =>
    republish(
      {
        dataSource,
        kafka,
        ports: systemPorts,
        reason: 'a drill',
        options: { service, contracts: new MessageRegistry([StatusSet, StatusDeleted]) },
      },
      recovery,
    );
  const outbox = () =>
    dataSource.query<object[]>('select key, payload::jsonb, sequence::int, archived from msg_outbox order by key');

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: 'republishing',
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(`create table users ("user" text primary key, status text);
      insert into users values ('same', 'glad'), ('changed', 'sad'), ('missing', 'mild'), ('deleted', null), ('deleted on both', null);
      insert into msg_sequences values ('${statuses.name}', 'missing', 7)`);
    kafka = kafkaClient({ brokers, clientId: 'republish' });
    await kafka.provision([statuses]);
    const publisher = await kafka.publisher();
    const record = (key: string, value: object | null) => ({
      topic: statuses.name,
      partition: 0,
      key,
      value: value && JSON.stringify(value),
      headers: {},
    });
    await publisher.publish([
      record('same', { status: 'glad', user: 'same' }),
      record('changed', { user: 'changed', status: 'wild' }),
      record('deleted', { user: 'deleted', status: 'wild' }),
      record('deleted on both', null),
    ]);
    await publisher.close();
  }, 60_000);
  afterAll(async () => {
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('gets what it lacks through the outbox, with the next sequence of each key, and nothing else', async () => {
    expect(await run()).toEqual({ republished: 3 });
    expect(await outbox()).toEqual([
      { key: 'changed', payload: { user: 'changed', status: 'sad' }, sequence: 1, archived: false },
      { key: 'deleted', payload: null, sequence: 1, archived: false },
      { key: 'missing', payload: { user: 'missing', status: 'mild' }, sequence: 8, archived: false },
    ]);
  });

  it('does not get a message twice that is in the outbox', async () => {
    const before = await outbox();
    expect(await run()).toEqual({ republished: 0 });
    expect(await outbox()).toEqual(before);
  });
});
