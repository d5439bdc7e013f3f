import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Catalogue,
  Handles,
  insert,
  kafkaClient,
  keys,
  Message,
  MessagingParts,
  messagingMigrations,
  nothing,
  partitionOf,
  perform,
  PostgresReplayStore,
  PostgresStore,
  readRequest,
  Replay,
  ReplayRefused,
  save,
  say,
  systemWorld,
  table,
  topic,
  type Decision,
  type Given,
  type KafkaClient,
  type MessagingOptions,
  type OutgoingRecord,
  type ReplayOptions,
  type ReplayReport,
  type ReplayRequest,
  type World,
} from '../index.js';

const run = randomUUID().slice(0, 8);
const facts = topic(`facts-${run}.events`, { owner: 'elsewhere', partitions: 3 });
const echoes = topic(`echoes-${run}.events`, { owner: `hearer-${run}`, partitions: 1 });

@Message({
  type: 'fact.named',
  topic: facts,
  key: 'thing',
  version: 2,
  upcasts: { 1: ({ label, ...rest }) => ({ ...rest, name: label }) },
})
class FactNamed {
  @IsString() readonly thing!: string;
  @IsString() readonly name!: string;
}

@Message({ type: 'fact.sized', topic: facts, key: 'thing' })
class FactSized {
  @IsString() readonly thing!: string;
  @IsInt() readonly size!: number;
}

@Message({ type: 'fact.sold', topic: facts, key: 'thing' })
class FactSold {
  @IsString() readonly thing!: string;
}

@Message({ type: 'echo.heard', topic: echoes, key: 'thing' })
class EchoHeard {
  @IsString() readonly thing!: string;
}

interface Thing {
  readonly thing: string;
  readonly name: string;
  readonly size: number;
  readonly sequence: number;
}
const Things = table<Thing>(
  'things',
  'thing',
  { thing: 'text', name: 'text', size: 'int4', sequence: 'int8' },
  { sequence: 'sequence' },
);
interface Sale {
  readonly saleId: string;
  readonly thing: string;
}
const Sales = table<Sale>('sales', 'saleId', { saleId: 'uuid', thing: 'text' });

const load = { things: keys(Things, ({ thing }: { thing: string }) => [thing]) };

class Hearer {
  @Handles(FactNamed, { load, kind: 'projection' })
  named({ thing, name }: FactNamed, given: Given<typeof load>): Decision {
    return learn(thing, { name }, given);
  }

  @Handles(FactSized, { load, kind: 'projection' })
  sized({ thing, size }: FactSized, given: Given<typeof load>): Decision {
    if (size < 0) throw new Error('no size');
    return learn(thing, { size }, given);
  }

  @Handles(FactSold)
  sold({ thing }: FactSold, { cause, id }: Given<Record<never, never>>): Decision {
    return insert(Sales, { saleId: id(), thing })
      .and(say(EchoHeard, { thing }))
      .and(perform('pack', thing, { cause }));
  }
}

function learn(thing: string, news: Partial<Thing>, { things, sequence }: Given<typeof load>): Decision {
  const known = things.get(thing);
  if (known && known.sequence >= Number(sequence)) return nothing();
  return save(Things, { name: 'nameless', size: 0, ...known, ...news, thing, sequence: Number(sequence) });
}

const messaging: MessagingOptions = {
  service: `hearer-${run}`,
  contracts: new Catalogue([FactNamed, FactSized, FactSold, EchoHeard]),
  lockOrder: [Things, Sales],
};
const consumer = messaging.service;

describe('a replay beside a living consumer', () => {
  let kafka: KafkaClient;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let parts: MessagingParts;
  const sequences = new Map<string, number>();

  const aRecord = (type: string, fields: { readonly thing: string }, version = 1): OutgoingRecord => {
    const sequence = (sequences.get(fields.thing) ?? 0) + 1;
    sequences.set(fields.thing, sequence);
    const headers = {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: String(version),
      ce_source: '/elsewhere',
      ce_sequence: String(sequence),
    };
    return {
      topic: facts.name,
      partition: partitionOf(fields.thing, facts.partitions),
      key: fields.thing,
      value: JSON.stringify(fields),
      headers,
    };
  };
  const named = (thing: string, name: string): OutgoingRecord =>
    aRecord('fact.named', { thing, name } as { thing: string }, 2);
  const sized = (thing: string, size: number): OutgoingRecord =>
    aRecord('fact.sized', { thing, size } as { thing: string });
  const sold = (thing: string): OutgoingRecord => aRecord('fact.sold', { thing });
  const publish = async (...records: OutgoingRecord[]): Promise<void> => {
    const publisher = await kafka.publisher();
    for (let at = 0; at < records.length; at += 500) await publisher.publish(records.slice(at, at + 500));
    await publisher.close();
  };
  const ports = () => ({ store: new PostgresStore(dataSource), kafka, world: systemWorld, log: () => undefined });
  const aLife = (): MessagingParts => {
    const onFatal = (error: Error): never => {
      throw error;
    };
    const life = new MessagingParts(messaging, { ...ports(), onFatal }, () => []);
    life.hear(new Hearer());
    return life;
  };
  const replay = async (
    request: Partial<ReplayRequest>,
    options: ReplayOptions = {},
    world: World = systemWorld,
  ): Promise<ReplayReport> =>
    new Replay(
      aLife(),
      messaging,
      { ...ports(), world, replays: new PostgresReplayStore(dataSource) },
      { consumer, from: 'beginning', fullSpeed: true, ...request },
      options,
    ).run();
  const things = (): Promise<Thing[]> =>
    dataSource.query('select thing, name, size, sequence::int from things order by thing');
  const count = async (sql: string): Promise<number> =>
    (await dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${sql}`))[0]!.n;
  const heardAll = async (): Promise<void> => {
    await eventually(async () => {
      const read = new Map(
        (await kafka.committed(consumer, [facts.name])).map(({ partition, next }) => [partition, next]),
      );
      return (await kafka.endOffsets([facts.name])).every(({ partition, end }) => (read.get(partition) ?? 0n) >= end);
    }, 60_000);
  };

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test' });
    await kafka.provision([facts, echoes]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      'create table things (thing text primary key, name text not null, size int not null, sequence int8 not null); create table sales (sale_id uuid primary key, thing text not null)',
    );
    parts = aLife();
    parts.transport.listen((error) => {
      if (error !== undefined) throw error;
    });
    parts.start();
  }, 60_000);
  beforeEach(async () => {
    await publish(
      named('lamp', 'Lamp'),
      sized('lamp', 1),
      named('cup', 'Cup'),
      sold('cup'),
      sized('cup', 2),
      named('lamp', 'Big lamp'),
      sized('lamp', 3),
    );
    await heardAll();
  });
  afterEach(async () => {
    expect((await kafka.committed(consumer, [facts.name])).every(({ next }) => next >= 0n)).toBe(true);
  });
  afterAll(async () => {
    await parts?.leave();
    await parts?.finish();
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  }, 30_000);

  it('repeats nothing that was handled, whatever it is asked for', async () => {
    const said = async (): Promise<number> => (await count('msg_outbox')) + (await count('msg_outbox_archive'));
    const before = [await things(), await count('sales'), await said(), await count('msg_effects')];
    const committed = await kafka.committed(consumer, [facts.name]);
    const { state, read, counts } = await replay({});
    expect({ state, counts }).toEqual({ state: 'done', counts: { known: read } });
    expect([await things(), await count('sales'), await said(), await count('msg_effects')]).toEqual(before);
    expect(await kafka.committed(consumer, [facts.name])).toEqual(committed);
  });

  it('handles what is missing, once, with everything that follows; a dry run tells it and does nothing', async () => {
    const lost = sold('plate');
    await publish(lost);
    await heardAll();
    const before = [await count('sales'), await count('msg_effects')];
    await dataSource.query(`delete from msg_inbox where message_id = $1`, [lost.headers['ce_id']]);
    expect((await replay({}, { dryRun: true })).counts).toMatchObject({ 'new fact.sold': 1 });
    expect([await count('sales'), await count('msg_effects')]).toEqual(before);
    expect((await replay({ types: ['fact.sold'], key: 'plate' }, { reason: 'it was lost' })).counts).toEqual({
      'handled fact.sold': 1,
    });
    expect((await replay({})).counts).not.toHaveProperty('handled fact.sold');
    expect([await count('sales'), await count('msg_effects')]).toEqual([before[0]! + 1, before[1]! + 1]);
    expect(
      await dataSource.query(`select action, subject, reason from msg_operator_actions order by id`),
    ).toContainEqual({ action: 'replay', subject: consumer, reason: 'it was lost' });
  });

  it('leaves to the living consumer what that has not read yet', async () => {
    await parts.leave();
    await parts.finish();
    await publish(sold('vase'));
    expect((await replay({})).counts).not.toHaveProperty('handled fact.sold');
    expect(await count(`sales where thing = 'vase'`)).toBe(0);
    parts = aLife();
    parts.transport.listen(() => undefined);
    parts.start();
    await eventually(async () => (await count(`sales where thing = 'vase'`)) === 1, 30_000);
  }, 60_000);

  it('applies projections again and runs no policy, and can name one', async () => {
    const [before, sales, effects] = [await things(), await count('sales'), await count('msg_effects')];
    await dataSource.query(`update things set name = 'spoilt', size = -1 where thing = 'lamp'`);
    const healed = await replay({ reprocess: { policies: [], effects: [] } }, { reason: 'the names were wrong' });
    expect(await things()).toEqual(before);
    expect([healed.generation, await count('sales'), await count('msg_effects')]).toEqual([1, sales, effects]);
    const again = await replay(
      { key: 'cup', reprocess: { policies: ['fact.sold'], effects: [] } },
      { reason: 'once more' },
    );
    expect(again.counts).toMatchObject({
      'handled fact.sold':
        (await count(`msg_inbox where consumer = '${consumer}#2' and lane like '%cup'`)) -
        Number(again.counts['handled fact.named'] ?? 0) -
        Number(again.counts['handled fact.sized'] ?? 0),
    });
    expect(await count('msg_effects')).toBe(effects);
    expect(await count('sales')).toBeGreaterThan(sales);
  });

  it('ends with the rows that the living consumer would have, however much that does meanwhile', async () => {
    const names = Array.from({ length: 400 }, (_, index) => named(`thing ${index % 5}`, `name ${index}`));
    await publish(...names);
    await heardAll();
    await dataSource.query(`update things set name = 'spoilt' where thing like 'thing %'`);
    let over = false;
    const going = (async () => {
      for (let index = 0; !over; index++)
        await publish(sized(`thing ${index % 5}`, index), named(`thing ${index % 5}`, `later ${index}`));
    })();
    const report = await replay({ reprocess: { policies: [], effects: [] } }).finally(() => (over = true));
    await going;
    await heardAll();
    const last = new Map<string, { name: string; size: number; sequence: number }>();
    await kafka.read({
      ranges: (await kafka.endOffsets([facts.name])).map(({ topic: of, partition, start, end }) => ({
        topic: of,
        partition,
        from: start,
        to: end,
      })),
      onRecords: async (records) => {
        for (const { key, value, headers } of records) {
          const row = {
            name: 'nameless',
            size: 0,
            ...last.get(key!),
            ...(JSON.parse(value!.toString()) as object),
            sequence: Number(headers['ce_sequence']),
          };
          if (headers['ce_type'] !== 'fact.sold') last.set(key!, row);
        }
      },
    });
    expect(report.state).toBe('done');
    const [row] = (await things()).filter(({ thing }) => thing === 'thing 0');
    expect(row).toMatchObject(last.get('thing 0')!);
    for (const { thing, name, size } of (await things()).filter((each) => each.thing.startsWith('thing ')))
      expect({ thing, name, size }).toEqual({ thing, name: last.get(thing)!.name, size: last.get(thing)!.size });
  }, 60_000);

  it('is gone on with where it was stopped', async () => {
    await publish(...Array.from({ length: 1_000 }, (_, index) => named(`many ${index % 50}`, `${index}`)));
    await heardAll();
    const replays = new PostgresReplayStore(dataSource);
    const stop = new AbortController();
    const request: Partial<ReplayRequest> = { reprocess: { policies: [], effects: [] } };
    let seconds = 1_900_000_000;
    const hurried: World = { ...systemWorld, clock: { now: () => new Date(1_000 * ++seconds) } };
    const first = await replay(request, { signal: stop.signal, onProgress: () => stop.abort() }, hurried);
    expect(first.state).toBe('stopped');
    const record = (await replays.find(first.id!))!;
    expect([record.state, readRequest(record.request)]).toEqual([
      'stopped',
      expect.objectContaining({ consumer, from: 'beginning' }),
    ]);
    const second = await replay(readRequest(record.request), { resume: record });
    expect([second.state, second.generation]).toEqual(['done', first.generation]);
    const all = (await kafka.endOffsets([facts.name])).reduce((sum, { end }) => sum + Number(end), 0);
    expect(first.read).toBeGreaterThan(0);
    expect(first.read + second.read).toBe(all);
    await expect(replay(request, { resume: (await replays.find(first.id!))! })).rejects.toThrow(ReplayRefused);
  }, 60_000);

  it('takes old versions through their upcasts, and tells what it could not handle', async () => {
    await publish(aRecord('fact.named', { thing: 'old', label: 'Old' } as { thing: string }, 1));
    await heardAll();
    await dataSource.query(`update things set name = 'spoilt' where thing = 'old'`);
    const { failed, state } = await replay({ key: 'old', reprocess: { policies: [], effects: [] } });
    expect({ failed, state, rows: (await things()).filter(({ thing }) => thing === 'old') }).toEqual({
      failed: [],
      state: 'done',
      rows: [{ thing: 'old', name: 'Old', size: 0, sequence: 1 }],
    });
  });

  it.each<[string, Partial<ReplayRequest>, string]>([
    ['another consumer', { consumer: 'nobody' }, `there is no consumer "nobody"; there are ${consumer}`],
    [
      'a type that it does not handle',
      { types: ['fact.lost'] },
      'does not handle fact.lost; it handles fact.named, fact.sized, fact.sold',
    ],
    [
      'an end of a reprocess',
      { to: { at: new Date() }, reprocess: { policies: [], effects: [] } },
      'a reprocess has no end of its own',
    ],
    [
      'a projection as a policy',
      { reprocess: { policies: ['fact.named'], effects: [] } },
      'fact.named is handled by a projection',
    ],
    [
      'a partition that it does not read',
      { from: { topic: 'elsewhere', partition: 0, offset: 0n } },
      `the consumer does not read elsewhere partition 0; it reads ${facts.name}`,
    ],
  ])('refuses %s', async (_, request, why) => {
    await expect(replay(request)).rejects.toThrow(why);
  });
});
