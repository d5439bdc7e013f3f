import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  dropReplaced,
  kafkaClient,
  MessagingParts,
  messagingMigrations,
  partitionOf,
  PostgresStore,
  Rebuild,
  ReplayRefused,
  systemWorld,
  type KafkaClient,
  type OutgoingRecord,
  type RebuildOptions,
  type RebuildReport,
} from '../index.js';
import {
  Copier,
  CreateThings1760000000001,
  facts,
  FalteringCopier,
  group,
  LoudCopier,
  messaging,
  Mixed,
  schema,
  service,
  type Thing,
} from './copier.fixture.spec.js';

describe('a projection that is rebuilt beside the living one', () => {
  let kafka: KafkaClient;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let living: MessagingParts;
  const troubles: unknown[] = [];
  const sequences = new Map<string, number>();

  const aRecord = (type: string, fields: { readonly thing: string }): OutgoingRecord => {
    const sequence = (sequences.get(fields.thing) ?? 0) + 1;
    sequences.set(fields.thing, sequence);
    const headers = {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: '1',
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
    aRecord('fact.named', { thing, name } as { thing: string });
  const sized = (thing: string, size: number): OutgoingRecord =>
    aRecord('fact.sized', { thing, size } as { thing: string });
  const publish = async (...records: OutgoingRecord[]): Promise<void> => {
    const publisher = await kafka.publisher();
    for (let at = 0; at < records.length; at += 500) await publisher.publish(records.slice(at, at + 500));
    await publisher.close();
  };
  const partsOf = (...controllers: object[]): MessagingParts => {
    const onFatal = (error: Error): void => void troubles.push(error);
    const parts = new MessagingParts(
      messaging,
      {
        store: new PostgresStore(dataSource),
        kafka,
        world: systemWorld,
        log: (level, message, detail) => void (level !== 'info' && troubles.push({ message, detail })),
        onFatal,
      },
      () => [],
    );
    for (const controller of controllers) parts.hear(controller);
    return parts;
  };
  const told: string[] = [];
  const rebuild = async (
    options: Partial<RebuildOptions> = {},
    consumer = group,
    ...controllers: object[]
  ): Promise<RebuildReport> =>
    new Rebuild(
      partsOf(...(controllers.length > 0 ? controllers : [new Copier()])),
      messaging,
      { dataSource, kafka, world: systemWorld, log: (_, line) => void told.push(line) },
      consumer,
      {
        exchange: true,
        reason: 'to see',
        ...options,
      },
    ).run();
  const things = (from = 'things'): Promise<Thing[]> =>
    dataSource.query(`select thing, name, size, sequence::int from ${from} order by thing`);
  const exists = async (name: string): Promise<boolean> =>
    (await dataSource.query<object[]>('select 1 from pg_namespace where nspname = $1', [name])).length > 0;
  const heardAll = (): Promise<true> =>
    eventually(async () => {
      const read = new Map(
        (await kafka.committed(group, [facts.name])).map(({ partition, next }) => [partition, next]),
      );
      return (await kafka.endOffsets([facts.name])).every(
        ({ partition, start, end }) => (read.get(partition) ?? start) >= end,
      );
    }, 60_000);

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test' });
    await kafka.provision([facts]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: [...messagingMigrations, CreateThings1760000000001],
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      `comment on table things is 'what others have'; comment on column things.size is 'in litres'; grant select on things to public; grant update (name) on things to public`,
    );
    living = partsOf(new Copier());
    living.runner.onTransient((error) => troubles.push(error));
    living.transport.listen((error) => {
      if (error !== undefined) throw error;
    });
    await publish(
      named('lamp', 'Lamp'),
      sized('lamp', 1),
      named('cup', 'Cup'),
      sized('cup', 2),
      named('lamp', 'Big lamp'),
      aRecord('fact.noted', { thing: 'cup' }),
    );
    await heardAll();
  }, 60_000);
  afterEach(async () => {
    expect(await exists(schema)).toBe(false);
  });
  afterAll(async () => {
    await living?.leave();
    await living?.finish();
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  }, 30_000);

  it('takes its place while it goes on writing, and nobody notices', async () => {
    await publish(
      ...Array.from({ length: 2_000 }, (_, index) =>
        (index % 3 === 0 ? sized : (named as (thing: string, what: never) => OutgoingRecord))(
          `thing ${index % 40}`,
          (index % 3 === 0 ? index : `name ${index}`) as never,
        ),
      ),
    );
    await heardAll();
    await dataSource.query(`update things set name = 'spoilt' where thing = 'lamp'`);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const prepared = async (): Promise<string> =>
      (
        await client.query<{ name: string }>({
          name: 'by thing',
          text: 'select name from things where thing = $1',
          values: ['lamp'],
        })
      ).rows[0]!.name;
    for (let times = 0; times < 7; times++) expect(await prepared()).toBe('spoilt'); // often enough for a plan that is kept
    let over = false;
    let later = 0;
    const going = (async () => {
      for (; !over; later++)
        await publish(sized(`thing ${later % 50}`, later), named(`thing ${later % 50}`, `later ${later}`));
    })();
    const report = await rebuild().finally(() => (over = true));
    await going;
    await heardAll();

    expect(report).toMatchObject({ exchanged: true, failed: [] });
    expect(report.tables[0]!.examples).toContainEqual({
      key: 'lamp',
      live: { name: 'spoilt' },
      rebuilt: { name: 'Big lamp' },
    });
    expect(await prepared()).toBe('Big lamp');
    await client.end();
    expect(troubles).toEqual([]);
    const expected = new Map<string, Thing>();
    await kafka.read({
      ranges: (await kafka.endOffsets([facts.name])).map(({ topic: of, partition, start, end }) => ({
        topic: of,
        partition,
        from: start,
        to: end,
      })),
      onRecords: (records) => {
        for (const { key, value, headers } of records) {
          if (headers['ce_type'] === 'fact.noted') continue;
          const known = expected.get(key!) ?? { name: 'nameless', size: 0 };
          expected.set(key!, {
            ...known,
            ...(JSON.parse(value!.toString()) as Thing),
            sequence: Number(headers['ce_sequence']),
          });
        }
        return Promise.resolve();
      },
    });
    expect(later).toBeGreaterThan(0);
    expect(new Map((await things()).map((row) => [row.thing, row]))).toEqual(expected);
  }, 90_000);

  it('has the indexes, numbers, privileges and comments of the old one, which is kept until it is dropped', async () => {
    const facets = (): Promise<object[]> =>
      dataSource.query(`select c.relname, c.relkind, c.relacl::text as acl, obj_description(c.oid, 'pg_class') as comment, pg_get_userbyid(c.relowner) as owner,
        (select array_agg(a.attname || coalesce(a.attacl::text, '') || coalesce(col_description(a.attrelid, a.attnum), '') order by a.attnum) from pg_attribute a where a.attrelid = c.oid and attnum > 0) as columns
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname like 'things%' order by 1`);
    const highest = async (): Promise<number> =>
      (await dataSource.query<{ n: number }[]>('select max(place)::int as n from things'))[0]!.n;
    const [before, most] = [await facets(), await highest()];
    const { replaced } = await rebuild({ reason: 'because' });
    expect(await facets()).toEqual(before);
    const last = (
      await dataSource.query<{ last: number }[]>(`select last_value::int as last from things_place_seq`)
    )[0]!.last;
    expect(last).toBeGreaterThanOrEqual(most);
    await publish(named(`fresh ${last}`, 'Fresh'));
    await heardAll();
    expect(await highest()).toBeGreaterThan(last);
    expect((await things(`${replaced}.things`)).length).toBeGreaterThan(0);
    expect(await dropReplaced(dataSource, group, 'it is right')).toBe(true);
    expect(await dropReplaced(dataSource, group, 'once more')).toBe(false);
    expect(
      await dataSource.query('select action, subject, reason from msg_operator_actions order by id desc limit 2'),
    ).toEqual([
      { action: 'rebuild.drop', subject: group, reason: 'it is right' },
      { action: 'rebuild', subject: group, reason: 'because' },
    ]);
  }, 60_000);

  it('leaves nothing when it is stopped, and replaces what a run that died has left; while one is under way there is no other', async () => {
    const before = await things();
    const stop = new AbortController();
    stop.abort();
    await expect(rebuild({ signal: stop.signal })).rejects.toThrow('the rebuild was stopped: nothing has changed');
    expect([await things(), await exists(schema)]).toEqual([before, false]);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query(`select pg_advisory_lock(hashtext('tradewind rebuild ${schema}'))`);
    await expect(rebuild()).rejects.toThrow(`another run has the schema ${schema}`);
    await other.end();
    await dataSource.query(`create schema ${schema}; create table ${schema}.things (half text)`);
    await expect(rebuild()).rejects.toThrow(`there is a schema ${schema} which no rebuild has made`);
    await dataSource.query(`comment on schema ${schema} is 'tradewind: being rebuilt'`);
    expect((await rebuild()).exchanged).toBe(true);
    expect([told.at(-1), await things()]).toEqual([
      `the schema ${schema} is there from a run that was interrupted: it is replaced`,
      before,
    ]);
  }, 60_000);

  it('shows what another version would make of the same messages, and changes nothing', async () => {
    const before = await things();
    expect(await rebuild({ exchange: false })).toMatchObject({
      exchanged: false,
      tables: [{ different: 0, examples: [] }],
    });
    const { tables } = await rebuild({ exchange: false }, group, new LoudCopier());
    expect(tables).toEqual([
      expect.objectContaining({
        table: 'things',
        different: 1,
        onlyLive: 0,
        onlyRebuilt: 0,
        examples: [{ key: 'lamp', live: { name: 'Big lamp' }, rebuilt: { name: 'BIG LAMP' } }],
      }),
    ]);
    expect(await things()).toEqual(before);
  }, 60_000);

  it('is not exchanged when a message could not be handled', async () => {
    await publish(named('heavy', 'Anvil'), sized('heavy', 900));
    await heardAll();
    const before = await things();
    await expect(rebuild({}, group, new LoudCopier())).rejects.toThrow(
      /1 could not be handled, the first is .* fact.sized of key heavy: too heavy; nothing has changed/,
    );
    expect(await things()).toEqual(before);
  }, 60_000);

  it('is not exchanged when somebody else writes its rows, unless they may go', async () => {
    await dataSource.query(`insert into things (thing, name, size, sequence) values ('by hand', 'Hand', 0, 1)`);
    await expect(rebuild()).rejects.toThrow('things has rows that come from no message on the topics (by hand)');
    expect(await things()).toContainEqual(expect.objectContaining({ thing: 'by hand' }));
    expect((await rebuild({ withLosses: true })).tables).toEqual([
      expect.objectContaining({
        onlyLive: 1,
        examples: [{ key: 'by hand', live: expect.objectContaining({ name: 'Hand' }) }],
      }),
    ]);
    expect((await things()).map(({ thing }) => thing)).not.toContain('by hand');
  }, 60_000);

  it.each<[string, string, string, string]>([
    [
      'a foreign key',
      'create table fans (thing text references things)',
      'drop table fans',
      'the foreign key fans_thing_fkey of fans',
    ],
    ['a view', 'create view names as select name from things', 'drop view names', 'the view names'],
    [
      'a trigger',
      `create trigger odd before update on things for each row execute function suppress_redundant_updates_trigger()`,
      'drop trigger odd on things',
      'the trigger odd',
    ],
  ])('refuses %s that would stay with the old one', async (_, make, unmake, why) => {
    await dataSource.query(make);
    await expect(rebuild())
      .rejects.toThrow(`things can't be exchanged: ${why} would stay with the old one`)
      .finally(() => dataSource.query(unmake));
  });

  it('refuses a table that the migrations would make otherwise', async () => {
    await dataSource.query('create index by_hand on things (size)');
    await expect(rebuild())
      .rejects.toThrow('things is not what the migrations of this version make: it has CREATE INDEX by_hand')
      .finally(() => dataSource.query('drop index by_hand'));
  });

  it.each<[string, string, string]>([
    ['another consumer', 'nobody', 'there is no consumer "nobody"; there are'],
    ['one that decides', service, `${service} decides on fact.noted by policies`],
    ['one whose table another writes too', `${service}.sharing`, `shared is also written by ${service} on fact.named`],
  ])('refuses %s', async (_, consumer, why) => {
    const refusal = rebuild({}, consumer, new Copier(), new Mixed());
    await expect(refusal).rejects.toThrow(why);
    await expect(refusal).rejects.toBeInstanceOf(ReplayRefused);
  });

  it('tries a message again that could not be handled for a moment, also where one behind it can never be', async () => {
    await publish(named('frail', 'Glass'), { ...named('frail', 'Shards'), value: '{"half' });
    await heardAll();
    const { failed, tables } = await rebuild({ exchange: false }, group, new FalteringCopier());
    expect(failed).toEqual([expect.objectContaining({ type: 'fact.named', key: 'frail' })]);
    expect(tables).toEqual([expect.objectContaining({ different: 0, onlyLive: 0, onlyRebuilt: 0 })]);
  }, 60_000);
});
