import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { kafkaClient, messagingMigrations, type KafkaClient } from '@tradewind/messaging';
import {
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  type OutgoingRecord,
  type RuntimePorts,
  partitionOf,
} from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  PostgresReplayStore,
  readRequest,
  Replay,
  ReplayRejected,
  type ReplayOptions,
  type ReplayReport,
  type ReplayRequest,
} from './index.js';
import { consumer, items, ItemHandler, messaging, sales, type Item } from './sales-service.fixture.spec.js';

describe('a replay beside a running consumer', () => {
  let kafka: KafkaClient;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let running: MessagingRuntime;
  const sequences = new Map<string, number>();

  const aRecord = (type: string, fields: { readonly item: string }, version = 1): OutgoingRecord => {
    const sequence = (sequences.get(fields.item) ?? 0) + 1;
    sequences.set(fields.item, sequence);
    const headers = {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: String(version),
      ce_source: '/catalog',
      ce_sequence: String(sequence),
    };
    return {
      topic: items.name,
      partition: partitionOf(fields.item, items.partitions),
      key: fields.item,
      value: JSON.stringify(fields),
      headers,
    };
  };
  const named = (item: string, name: string): OutgoingRecord =>
    aRecord('item.named', { item, name } as { item: string }, 2);
  const sized = (item: string, size: number): OutgoingRecord =>
    aRecord('item.sized', { item, size } as { item: string });
  const sold = (item: string): OutgoingRecord => aRecord('item.sold', { item });
  const publish = async (...records: OutgoingRecord[]): Promise<void> => {
    const publisher = await kafka.publisher();
    for (let start = 0; start < records.length; start += 500)
      await publisher.publish(records.slice(start, start + 500));
    await publisher.close();
  };
  const environment = () => ({
    store: new PostgresStore(dataSource),
    kafka,
    ports: systemPorts,
    log: () => undefined,
  });
  const newRuntime = (): MessagingRuntime => {
    const onFatal = (error: Error): never => {
      throw error;
    };
    const runtime = new MessagingRuntime(messaging, { ...environment(), onFatal }, () => []);
    runtime.addController(new ItemHandler());
    return runtime;
  };
  const replay = async (
    request: Partial<ReplayRequest>,
    options: ReplayOptions = {},
    ports: RuntimePorts = systemPorts,
  ): Promise<ReplayReport> =>
    new Replay(
      newRuntime(),
      messaging,
      { ...environment(), ports, replays: new PostgresReplayStore(dataSource) },
      { consumer, from: 'beginning', noThrottle: true, ...request },
      options,
    ).run();
  const itemRows = (): Promise<Item[]> =>
    dataSource.query('select item, name, size, sequence::int from items order by item');
  const count = async (sql: string): Promise<number> =>
    (await dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${sql}`))[0]!.n;
  const allConsumed = async (): Promise<void> => {
    await eventually(async () => {
      const committed = new Map(
        (await kafka.committedOffsets(consumer, [items.name])).map(({ partition, offset }) => [partition, offset]),
      );
      return (await kafka.endOffsets([items.name])).every(
        ({ partition, end }) => (committed.get(partition) ?? 0n) >= end,
      );
    }, 60_000);
  };

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test' });
    await kafka.provision([items, sales]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      'create table items (item text primary key, name text not null, size int not null, sequence int8 not null); create table sales (sale_id uuid primary key, item text not null)',
    );
    running = newRuntime();
    running.transport.listen((error) => {
      if (error !== undefined) throw error;
    });
    await running.start();
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
    await allConsumed();
  });
  afterAll(async () => {
    await running?.stopConsuming();
    await running?.stop();
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  }, 30_000);

  it('handles nothing twice and leaves the offsets of the group', async () => {
    const published = async (): Promise<number> => (await count('msg_outbox')) + (await count('msg_outbox_archive'));
    const before = [await itemRows(), await count('sales'), await published(), await count('msg_effects')];
    const committed = await kafka.committedOffsets(consumer, [items.name]);
    const { state, read, counts } = await replay({});
    expect({ state, counts }).toEqual({ state: 'done', counts: { known: read } });
    expect([await itemRows(), await count('sales'), await published(), await count('msg_effects')]).toEqual(before);
    expect(await kafka.committedOffsets(consumer, [items.name])).toEqual(committed);
  });

  it('handles a missing message once, with everything that follows; a dry run only counts it', async () => {
    const lost = sold('plate');
    await publish(lost);
    await allConsumed();
    const before = [await count('sales'), await count('msg_effects')];
    await dataSource.query(`delete from msg_inbox where message_id = $1`, [lost.headers['ce_id']]);
    expect((await replay({}, { dryRun: true })).counts).toMatchObject({ 'new item.sold': 1 });
    expect([await count('sales'), await count('msg_effects')]).toEqual(before);
    expect((await replay({ types: ['item.sold'], key: 'plate' }, { reason: 'it was lost' })).counts).toEqual({
      'handled item.sold': 1,
    });
    expect((await replay({})).counts).not.toHaveProperty('handled item.sold');
    expect([await count('sales'), await count('msg_effects')]).toEqual([before[0]! + 1, before[1]! + 1]);
    expect(
      await dataSource.query(`select action, subject, reason from msg_operator_actions order by id`),
    ).toContainEqual({ action: 'replay', subject: consumer, reason: 'it was lost' });
  });

  it('leaves messages to the consumer that the group has not committed yet', async () => {
    await running.stopConsuming();
    await running.stop();
    await publish(sold('vase'));
    expect((await replay({})).counts).not.toHaveProperty('handled item.sold');
    expect(await count(`sales where item = 'vase'`)).toBe(0);
    running = newRuntime();
    running.transport.listen(() => undefined);
    await running.start();
    await eventually(async () => (await count(`sales where item = 'vase'`)) === 1, 30_000);
  }, 60_000);

  it('with reprocess applies projections again, and only the named policies', async () => {
    const [before, salesBefore, effects] = [await itemRows(), await count('sales'), await count('msg_effects')];
    await dataSource.query(`update items set name = 'wrong', size = -1 where item = 'lamp'`);
    const first = await replay({ reprocess: { policies: [], effects: [] } }, { reason: 'the names were wrong' });
    expect(await itemRows()).toEqual(before);
    expect([first.generation, await count('sales'), await count('msg_effects')]).toEqual([1, salesBefore, effects]);
    const second = await replay(
      { key: 'cup', reprocess: { policies: ['item.sold'], effects: [] } },
      { reason: 'again' },
    );
    expect(second.counts).toMatchObject({
      'handled item.sold':
        (await count(`msg_inbox where consumer = '${consumer}#2' and ordering_key like '%cup'`)) -
        Number(second.counts['handled item.named'] ?? 0) -
        Number(second.counts['handled item.sized'] ?? 0),
    });
    expect(await count('msg_effects')).toBe(effects);
    expect(await count('sales')).toBeGreaterThan(salesBefore);
  });

  it('with reprocess ends with the rows of the running consumer, which writes them meanwhile', async () => {
    const names = Array.from({ length: 400 }, (_, index) => named(`item ${index % 5}`, `name ${index}`));
    await publish(...names);
    await allConsumed();
    await dataSource.query(`update items set name = 'wrong' where item like 'item %'`);
    let stopped = false;
    const meanwhile = (async () => {
      for (let index = 0; !stopped; index++)
        await publish(sized(`item ${index % 5}`, index), named(`item ${index % 5}`, `later ${index}`));
    })();
    const report = await replay({ reprocess: { policies: [], effects: [] } }).finally(() => (stopped = true));
    await meanwhile;
    await allConsumed();
    const last = new Map<string, { name: string; size: number; sequence: number }>();
    await kafka.read({
      ranges: (await kafka.endOffsets([items.name])).map(({ topic: name, partition, start, end }) => ({
        topic: name,
        partition,
        from: start,
        to: end,
      })),
      onRecords: async (records) => {
        for (const { key, value, headers } of records) {
          const row = {
            name: 'unnamed',
            size: 0,
            ...last.get(key!),
            ...(JSON.parse(value!.toString()) as object),
            sequence: Number(headers['ce_sequence']),
          };
          if (headers['ce_type'] !== 'item.sold') last.set(key!, row);
        }
      },
    });
    expect(report.state).toBe('done');
    const numbered = (await itemRows()).filter(({ item }) => item.startsWith('item '));
    expect(numbered.find(({ item }) => item === 'item 0')).toMatchObject(last.get('item 0')!);
    for (const { item, name, size } of numbered)
      expect({ item, name, size }).toEqual({ item, name: last.get(item)!.name, size: last.get(item)!.size });
  }, 60_000);

  it('is resumed where it was stopped', async () => {
    await publish(...Array.from({ length: 1_000 }, (_, index) => named(`many ${index % 50}`, `${index}`)));
    await allConsumed();
    const replays = new PostgresReplayStore(dataSource);
    const stop = new AbortController();
    const request: Partial<ReplayRequest> = { reprocess: { policies: [], effects: [] } };
    let seconds = 1_900_000_000;
    const fastClock: RuntimePorts = { ...systemPorts, clock: { now: () => new Date(1_000 * ++seconds) } };
    const first = await replay(request, { signal: stop.signal, onProgress: () => stop.abort() }, fastClock);
    expect(first.state).toBe('stopped');
    const record = (await replays.find(first.id!))!;
    expect([record.state, readRequest(record.request)]).toEqual([
      'stopped',
      expect.objectContaining({ consumer, from: 'beginning' }),
    ]);
    const second = await replay(readRequest(record.request), { resume: record });
    expect([second.state, second.generation]).toEqual(['done', first.generation]);
    const all = (await kafka.endOffsets([items.name])).reduce((sum, { end }) => sum + Number(end), 0);
    expect(first.read).toBeGreaterThan(0);
    expect(first.read + second.read).toBe(all);
    await expect(replay(request, { resume: (await replays.find(first.id!))! })).rejects.toThrow(ReplayRejected);
  }, 60_000);

  it('upcasts messages of old versions', async () => {
    await publish(aRecord('item.named', { item: 'old', label: 'Old' } as { item: string }, 1));
    await allConsumed();
    await dataSource.query(`update items set name = 'wrong' where item = 'old'`);
    const { failed, state } = await replay({ key: 'old', reprocess: { policies: [], effects: [] } });
    expect({ failed, state, rows: (await itemRows()).filter(({ item }) => item === 'old') }).toEqual({
      failed: [],
      state: 'done',
      rows: [{ item: 'old', name: 'Old', size: 0, sequence: 1 }],
    });
  });

  it.each<[string, Partial<ReplayRequest>, string]>([
    ['an unknown consumer', { consumer: 'unknown' }, `there is no consumer "unknown"; there are ${consumer}`],
    [
      'a type that the consumer does not handle',
      { types: ['item.lost'] },
      'does not handle item.lost; it handles item.named, item.sized, item.sold',
    ],
    [
      'an end of a reprocess',
      { to: { at: new Date() }, reprocess: { policies: [], effects: [] } },
      'a reprocess always runs to the end of the topic',
    ],
    [
      'a projection as a policy',
      { reprocess: { policies: ['item.named'], effects: [] } },
      'item.named is handled by a projection',
    ],
    [
      'a partition that the consumer does not read',
      { from: { topic: 'elsewhere', partition: 0, offset: 0n } },
      `the consumer does not read elsewhere partition 0; it reads ${items.name}`,
    ],
  ])('is rejected for %s', async (_, request, reason) => {
    await expect(replay(request)).rejects.toThrow(reason);
  });
});
