import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Poison } from '@tradewind/kernel';
import { eventually } from '@tradewind/testing';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  answer,
  command,
  Commands,
  Handles,
  insert,
  kafkaClient,
  KafkaTransport,
  rows,
  Message,
  MessagingModule,
  messagingMigrations,
  nothing,
  Outbox,
  schedule,
  save,
  publish,
  table,
  topic,
  UniqueConflict,
  type Decision,
  type Effect,
  type HandlerContext,
  type KafkaClient,
} from '../index.js';
import { OutboxNeedsTransaction } from '../outbox/index.js';

const run = randomUUID().slice(0, 8);
const topics = {
  commands: topic(`counting-${run}.commands`, { owner: 'counter', partitions: 3 }),
  events: topic(`counting-${run}.events`, { owner: 'counter', partitions: 3 }),
  deadLetters: topic(`counter-${run}.dlq`, { owner: 'counter', partitions: 1 }),
};

@Message({ type: 'counting.add', topic: topics.commands, key: 'counterId' })
class Add {
  @IsString() readonly counterId!: string;
  @IsInt() readonly amount!: number;
}

@Message({ type: 'counting.added', topic: topics.events, key: 'counterId' })
class Added {
  @IsString() readonly counterId!: string;
  @IsInt() readonly total!: number;
}

interface Counter {
  readonly counterId: string;
  readonly total: number;
  readonly seen?: readonly number[];
}
const Counters = table<Counter>('counters', 'counterId', { counterId: 'text', total: 'int4', seen: 'jsonb' });
interface Note {
  readonly noteId: string;
  readonly text: string;
}
const Notes = table<Note>('notes', 'noteId', { noteId: 'uuid', text: 'text' });

const load = { counters: rows(Counters, (add: Add) => [add.counterId]) };

@Controller()
class AddHandler {
  static broken = new Set<string>();

  @Handles(Add, { load })
  add(add: Add, { counters }: HandlerContext<typeof load>): Decision {
    if (AddHandler.broken.has(add.counterId)) throw new Poison('this counter is broken');
    const before = counters.get(add.counterId) ?? { counterId: add.counterId, total: 0, seen: [] };
    const after = { ...before, total: before.total + add.amount, seen: [...(before.seen ?? []), add.amount] };
    return save(Counters, after)
      .and(publish(Added, { counterId: add.counterId, total: after.total }))
      .and(add.amount === 77 ? schedule('note', add.counterId, { text: 'lucky' }) : nothing());
  }
}

@Injectable()
class NoteEffect implements Effect<{ text: string }, string> {
  static runs = 0;
  readonly name = 'note';
  run({ text }: { text: string }): Promise<string> {
    if (++NoteEffect.runs === 1) return Promise.reject(new Error('the external service is down'));
    return Promise.resolve(text.toUpperCase());
  }
  settle(_payload: object, result: string, { newId }: HandlerContext<Record<never, never>>): Decision {
    return insert(Notes, { noteId: newId(), text: result });
  }
}

const addNow = command('counter.add', load, (add: Add, { counters }) => {
  const total = (counters.get(add.counterId)?.total ?? 0) + add.amount;
  return save(Counters, { counterId: add.counterId, total })
    .and(publish(Add, { counterId: `${add.counterId}-echo`, amount: add.amount }))
    .and(answer({ total }));
});
const addNote = command('note.add', {}, ({ noteId }: { noteId: string }) =>
  insert(Notes, { noteId, text: 'x' }).and(answer('added')),
);

describe('a service on a real Kafka and PostgreSQL', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  let app: INestApplicationContext & { close(): Promise<void> };
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');

  const start = async (): Promise<void> => {
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      extra: { max: 5 },
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      'create table if not exists counters (counter_id text primary key, total int not null, seen jsonb); create table if not exists notes (note_id uuid primary key, text text not null)',
    );
    const messaging = [
      MessagingModule.forRoot({
        service: `counter-${run}`,
        kafka: { brokers, clientId: 'counter' },
        dataSource,
        deadLetters: topics.deadLetters,
        log: () => undefined,
      }),
      MessagingModule.forFeature({ messages: [Add, Added], tables: [Counters, Notes], effects: [NoteEffect] }),
    ];
    @Module({ imports: messaging, controllers: [AddHandler], providers: [NoteEffect] })
    class CounterModule {}
    const nest = await NestFactory.create(CounterModule, { logger: false });
    nest.connectMicroservice({ strategy: nest.get(KafkaTransport) }, { inheritAppConfig: true });
    await nest.init();
    await nest.startAllMicroservices();
    app = nest;
  };
  const stop = async (): Promise<void> => {
    await app.close();
    await dataSource.destroy();
  };
  const total = async (counterId: string): Promise<number | undefined> =>
    (await dataSource.query<{ total: number }[]>('select total from counters where counter_id = $1', [counterId]))[0]
      ?.total;
  const publishAll = (...adds: Add[]): Promise<void> => {
    const outbox = app.get(Outbox);
    return outbox.transaction(dataSource.manager, (manager) =>
      adds.reduce((before, add) => before.then(() => outbox.publish(manager, Add, add)), Promise.resolve()),
    );
  };

  beforeAll(async () => {
    database = await freshDatabase();
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision(Object.values(topics));
    await start();
  }, 60_000);
  afterEach(() => AddHandler.broken.clear());
  afterAll(async () => {
    await stop();
    await kafka.close();
    await database.drop();
  });

  it('handles messages once, in the order of their key', async () => {
    await publishAll(...Array.from({ length: 300 }, (_, index) => ({ counterId: `c${index % 3}`, amount: index })));
    await eventually(async () => (await total('c0')) === 14_850);
    const [row] = await dataSource.query<{ seen: number[] }[]>(`select seen from counters where counter_id = 'c0'`);
    expect(row!.seen).toEqual(Array.from({ length: 100 }, (_, index) => index * 3));
    const sequences = await eventually(async () => {
      const rows = await dataSource.query<{ sequence: string }[]>(
        'select sequence from msg_outbox_archive where topic = $1 and key = $2 order by record_offset',
        [topics.events.name, 'c0'],
      );
      return rows.length === 100 && rows;
    });
    expect(sequences.map((each) => Number(each.sequence))).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it('ignores a message that arrives again', async () => {
    await publishAll({ counterId: 'again', amount: 5 });
    await eventually(async () => (await total('again')) === 5);
    const [row] = await dataSource.query<
      { id: string; payload: string; record_offset: string; partition: number; sequence: string }[]
    >(`select * from msg_outbox_archive where key = 'again' and type = 'counting.add'`);
    const publisher = await kafka.publisher();
    const headers = {
      ce_id: row!.id,
      ce_type: 'counting.add',
      ce_schemaversion: '1',
      ce_source: '/x',
      ce_sequence: '1',
    };
    await publisher.publish([
      { topic: topics.commands.name, partition: row!.partition, key: 'again', value: row!.payload, headers },
    ]);
    await publisher.close();
    await publishAll({ counterId: 'again', amount: 1 });
    await eventually(async () => (await total('again')) === 6);
  });

  it('dead-letters poison and blocks its key, handles other keys, and redrives in order', async () => {
    AddHandler.broken.add('bad');
    await publishAll(
      { counterId: 'bad', amount: 1 },
      { counterId: 'bad', amount: 2 },
      { counterId: 'good', amount: 3 },
      { counterId: 'bad', amount: 4 },
    );
    await eventually(async () => (await total('good')) === 3);
    await eventually(async () => (await dataSource.query<unknown[]>('select 1 from msg_dead_letters')).length === 3);
    expect(await total('bad')).toBeUndefined();
    const letters = await eventually(async () => {
      const rows = await dataSource.query<{ headers: Record<string, string> }[]>(
        'select headers from msg_outbox_archive where topic = $1',
        [topics.deadLetters.name],
      );
      return rows.length === 1 && rows;
    });
    expect(letters[0]!.headers).toMatchObject({
      'origin-topic': topics.commands.name,
      reason: 'Poison: this counter is broken',
    });
    AddHandler.broken.clear();
    await dataSource.query(`update msg_blocked_keys set state = 'redriving'`);
    await eventually(async () => (await dataSource.query<unknown[]>('select 1 from msg_blocked_keys')).length === 0);
    const [row] = await dataSource.query<{ seen: number[] }[]>(`select seen from counters where counter_id = 'bad'`);
    expect(row!.seen).toEqual([1, 2, 4]);
  });

  it('dead-letters a record that cannot be read, with the reason', async () => {
    const publisher = await kafka.publisher();
    await publisher.publish([{ topic: topics.commands.name, partition: 0, key: 'broken', value: '{', headers: {} }]);
    await publisher.close();
    const blockedKey = await eventually(
      async () =>
        (await dataSource.query<{ detail: string }[]>(`select detail from msg_blocked_keys where key = 'broken'`))[0],
    );
    expect(blockedKey.detail).toContain('ce_id');
  });

  it('runs an effect after the commit, retries it when it fails, and settles it once', async () => {
    await publishAll({ counterId: 'effect', amount: 77 });
    const notes = await eventually(async () => {
      const rows = await dataSource.query<Note[]>(`select text from notes where text = 'LUCKY'`);
      return rows.length > 0 && rows;
    });
    expect(notes).toHaveLength(1);
    expect(NoteEffect.runs).toBe(2);
  });

  it('answers each of the commands that share a transaction', async () => {
    const commands = app.get<Commands>(Commands);
    const noteId = randomUUID();
    const answers = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => commands.run(addNow, { counterId: 'added', amount: 1 })),
      commands.run(addNote, { noteId }),
      commands.run(addNote, { noteId }),
    ]);
    // The order of concurrent commands is not defined.
    const totals = answers.slice(0, 20).map((each) => (each as PromiseFulfilledResult<{ total: number }>).value.total);
    expect(totals.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const [first, second] = answers.slice(20).sort((a, b) => (a.status < b.status ? -1 : 1));
    expect(first).toMatchObject({ status: 'fulfilled', value: 'added' });
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(UniqueConflict);
  });

  it('does a command once per idempotency key', async () => {
    const commands = app.get<Commands>(Commands);
    const key = { scope: 'me', route: 'POST /x', key: 'k', bodyHash: 'h' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => commands.once(addNow, { counterId: 'once', amount: 1 }, key)),
    );
    expect(answers.filter((each) => !each.replayed)).toHaveLength(1);
    expect(answers.map((each) => each.answer)).toEqual(answers.map(() => ({ total: 1 })));
    await expect(
      commands.once(addNow, { counterId: 'once', amount: 2 }, { ...key, bodyHash: 'other' }),
    ).rejects.toMatchObject({ name: 'IdempotencyMismatch' });
    expect(await total('once')).toBe(1);
  });

  it('publishes nothing outside a transaction', async () => {
    await expect(
      app.get(Outbox).publish(dataSource.manager, Add, { counterId: 'x', amount: 1 }),
    ).rejects.toBeInstanceOf(OutboxNeedsTransaction);
  });

  it('continues after a restart', async () => {
    await publishAll({ counterId: 'restart', amount: 1 });
    await stop();
    await start();
    await publishAll({ counterId: 'restart', amount: 2 });
    await eventually(async () => (await total('restart')) === 3);
  });
});
