import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { kafkaClient, messagingMigrations, topic, type KafkaClient } from '../index.js';
import type { OutgoingRecord } from '../internals.js';

const run = randomUUID().slice(0, 8);
const hits = topic(`hits-${run}.events`, { owner: 'elsewhere', partitions: 1 });

/** A whole service as a process. The hit of one target kills the process that handles it. */
const program = `
  import 'reflect-metadata';
  import { Controller } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { Handles, insert, KafkaTransport, Message, MessagingModule, table, topic } from '@tradewind/messaging';
  import { IsString } from 'class-validator';
  import { DataSource } from 'typeorm';
  const hits = topic('${hits.name}', { owner: 'elsewhere', partitions: 1 });
  class Hit {}
  IsString()(Hit.prototype, 'targetId');
  Message({ type: 'target.hit', topic: hits, key: 'targetId' })(Hit);
  const HandledHits = table('handled_hits', 'hitId', { hitId: 'uuid', targetId: 'text' });
  class Handler {
    handle({ targetId }, { cause }) {
      if (targetId === 'deadly') process.kill(process.pid, 'SIGKILL');
      return insert(HandledHits, { hitId: cause, targetId });
    }
  }
  const method = Object.getOwnPropertyDescriptor(Handler.prototype, 'handle');
  Handles(Hit, { load: {} })(Handler.prototype, 'handle', method);
  Object.defineProperty(Handler.prototype, 'handle', method);
  Controller()(Handler);
  const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL }).initialize();
  const messaging = [
    MessagingModule.forRoot({ service: 'target-${run}', kafka: { brokers: process.env.KAFKA_BROKERS.split(','), clientId: 'target' }, dataSource }),
    MessagingModule.forFeature({ messages: [Hit], tables: [HandledHits] }),
  ];
  const app = await NestFactory.create({ module: class Target {}, imports: messaging, controllers: [Handler] }, { logger: false });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();`;

describe('a message that kills the process', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  let child: ChildProcess | undefined;
  let isOver = false;
  let crashes = 0;
  let supervisor: Promise<void>;
  let sequence = 0;
  const brokers = process.env['TEST_KAFKA_BROKERS']!;

  const hit = (targetId: string): OutgoingRecord => ({
    topic: hits.name,
    partition: 0,
    key: targetId,
    value: JSON.stringify({ targetId }),
    headers: {
      ce_id: randomUUID(),
      ce_type: 'target.hit',
      ce_schemaversion: '1',
      ce_source: '/elsewhere',
      ce_sequence: String(++sequence),
    },
  });
  const send = async (...records: OutgoingRecord[]): Promise<void> => {
    const publisher = await kafka.publisher();
    await publisher.publish(records);
    await publisher.close();
  };
  const handledHits = async (): Promise<number> =>
    (await dataSource.query<{ n: number }[]>('select count(*)::int as n from handled_hits'))[0]!.n;
  const harmlessHits = (count: number): OutgoingRecord[] =>
    Array.from({ length: count }, (_, index) => hit(`target ${index % 20}`));

  /** Starts the process again after each crash. */
  const supervise = async (): Promise<void> => {
    while (!isOver) {
      child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        env: { PATH: process.env['PATH'], KAFKA_BROKERS: brokers, DATABASE_URL: database.url },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await once(child, 'exit');
      if (!isOver) crashes++;
    }
  };

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
    await kafka.provision([hits]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table handled_hits (hit_id uuid primary key, target_id text not null)');
    supervisor = supervise();
  }, 60_000);
  afterAll(async () => {
    isOver = true;
    child?.kill('SIGKILL');
    await supervisor;
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('is dead-lettered after a few crashes and blocks its key, and all other messages are handled', async () => {
    await send(...harmlessHits(150), hit('deadly'), ...harmlessHits(100), hit('deadly'), ...harmlessHits(50));
    // Other messages are handled between the crashes, so the processes start at different offsets.
    await eventually(() => crashes >= 1, 120_000);
    await send(...harmlessHits(30));
    await eventually(async () => (await handledHits()) === 330, 300_000);
    const blockedKeys = await eventually(async () => {
      const rows = await dataSource.query<{ key: string; cause: string; detail: string; messages: number }[]>(
        'select key, cause, detail, (select count(*)::int from msg_dead_letters d where d.ordering_key = b.ordering_key) as messages from msg_blocked_keys b',
      );
      return rows[0]?.messages === 2 && rows;
    });
    expect(blockedKeys).toEqual([
      { key: 'deadly', cause: 'Poison', detail: expect.stringContaining('the process crashed'), messages: 2 },
    ]);
    expect(crashes).toBeGreaterThanOrEqual(2);
    expect(crashes).toBeLessThanOrEqual(8);
    await send(hit('harmless'));
    await eventually(async () => (await handledHits()) === 331);
  }, 420_000);
});
