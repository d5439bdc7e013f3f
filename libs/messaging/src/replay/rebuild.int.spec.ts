import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  Catalogue, Handles, kafkaClient, keys, Message, MessagingParts, messagingMigrations, nothing, partitionOf, PostgresStore, Rebuild, save, systemWorld, table, topic,
  type Decision, type Given, type KafkaClient, type MessagingOptions, type OutgoingRecord, type RebuildReport,
} from '../index.js';

const run = randomUUID().slice(0, 8);
const facts = topic(`names-${run}.events`, { owner: 'elsewhere', partitions: 3 });

@Message({ type: 'thing.named', topic: facts, key: 'thing' })
class ThingNamed {
  @IsString() readonly thing!: string;
  @IsString() readonly name!: string;
}

@Message({ type: 'thing.sold', topic: facts, key: 'thing' })
class ThingSold {
  @IsString() readonly thing!: string;
}

interface Thing {
  readonly thing: string;
  readonly name: string;
  readonly sequence: number;
}
const Things = table<Thing>('things', 'thing', { thing: 'text', name: 'text', sequence: 'int8' }, { sequence: 'sequence' });
const load = { things: keys(Things, ({ thing }: { thing: string }) => [thing]) };

class Names {
  @Handles(ThingNamed, { load, kind: 'projection', consumer: 'names' })
  named({ thing, name }: ThingNamed, { things, sequence }: Given<typeof load>): Decision {
    const known = things.get(thing);
    return known && known.sequence >= Number(sequence) ? nothing() : save(Things, { thing, name: this.written(name), sequence: Number(sequence) });
  }

  written(name: string): string {
    return name;
  }
}

/** Not deployed yet. */
class LoudNames extends Names {
  override written(name: string): string {
    return name.startsWith('loud') ? name.toUpperCase() : name;
  }
}
Object.defineProperty(LoudNames.prototype, 'named', Object.getOwnPropertyDescriptor(Names.prototype, 'named')!);

class Sales {
  @Handles(ThingSold)
  sold(): Decision {
    return nothing();
  }
}

const service = `namer-${run}`;
const messaging: MessagingOptions = {
  service, contracts: new Catalogue([ThingNamed, ThingSold]), lockOrder: [Things], ignores: { [service]: [ThingNamed], [`${service}.names`]: [ThingSold] },
};

describe('a projection that is made anew', () => {
  let kafka: KafkaClient;
  let database: FreshDatabase;
  let dataSource: DataSource;
  let living: MessagingParts;
  const troubles: string[] = [];
  const sequences = new Map<string, number>();

  const named = (thing: string, name: string): OutgoingRecord => {
    const sequence = (sequences.get(thing) ?? 0) + 1;
    sequences.set(thing, sequence);
    const headers = { ce_id: randomUUID(), ce_type: 'thing.named', ce_schemaversion: '1', ce_source: '/elsewhere', ce_sequence: String(sequence) };
    return { topic: facts.name, partition: partitionOf(thing, facts.partitions), key: thing, value: JSON.stringify({ thing, name }), headers };
  };
  const publish = async (...records: OutgoingRecord[]): Promise<void> => {
    const publisher = await kafka.publisher();
    for (let at = 0; at < records.length; at += 500) await publisher.publish(records.slice(at, at + 500));
    await publisher.close();
  };
  const partsOf = (names: object): MessagingParts => {
    const onFatal = (error: Error): never => {
      throw error;
    };
    const log = (level: string, message: string, detail?: object): void => void (level === 'info' || troubles.push(`${message} ${JSON.stringify(detail)}`));
    const parts = new MessagingParts(messaging, { store: new PostgresStore(dataSource), kafka, world: systemWorld, log, onFatal }, () => []);
    for (const handler of [names, new Sales()]) parts.hear(handler);
    return parts;
  };
  const rebuild = async (exchange: boolean, names: object = new Names(), consumer = `${service}.names`): Promise<RebuildReport> =>
    new Rebuild(partsOf(names), messaging, { dataSource, kafka, world: systemWorld, log: () => undefined }, consumer, { exchange, reason: 'a test' }).run();
  const names = (): Promise<Thing[]> => dataSource.query('select thing, name, sequence::int from things order by thing');
  const heardAll = (): Promise<unknown> =>
    eventually(async () => {
      const read = new Map((await kafka.committed(`${service}.names`, [facts.name])).map(({ partition, next }) => [partition, next]));
      return (await kafka.endOffsets([facts.name])).every(({ partition, end }) => (read.get(partition) ?? 0n) >= end);
    }, 60_000);

  beforeAll(async () => {
    kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test' });
    await kafka.provision([facts]);
    database = await freshDatabase();
    dataSource = await new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table things (thing text constraint things_pk primary key, name text not null check (name <> \'\'), sequence int8 not null) with (fillfactor = 80); create index things_by_name on things (name)');
    await publish(...Array.from({ length: 300 }, (_, index) => named(`thing ${index % 20}`, `name ${index}`)));
    living = partsOf(new Names());
    living.transport.listen((error) => {
      if (error !== undefined) throw error;
    });
    await heardAll();
  }, 60_000);
  afterEach(async () => {
    expect(await dataSource.query(`select nspname from pg_namespace where nspname like 'rebuild_%'`)).toEqual([]);
  });
  afterAll(async () => {
    await living?.leave();
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  }, 30_000);

  it('is the same, row by row', async () => {
    const { tables, read, exchanged } = await rebuild(false);
    expect([read, exchanged, tables]).toEqual([300, false, [expect.objectContaining({ table: 'things', rows: { live: 20, rebuilt: 20 }, different: 0, examples: [] })]]);
    expect(tables[0]!.hash.live).toBe(tables[0]!.hash.rebuilt);
  });

  it('takes the place of a spoilt one with everything that hangs on the table, and the living go on', async () => {
    const [before, shape] = [await names(), `select indexdef from pg_indexes where schemaname = 'public' and tablename = 'things' union select array_to_string(reloptions, ',') from pg_class where oid = 'public.things'::regclass union select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.things'::regclass order by 1`];
    const shapeBefore = await dataSource.query(shape);
    await dataSource.query(`update things set name = 'spoilt' where thing = 'thing 3'; delete from things where thing = 'thing 4'`);
    const { tables, exchanged, replaced } = await rebuild(true);
    expect(tables[0]).toMatchObject({ rows: { live: 19, rebuilt: 20 }, different: 2, examples: [{ key: 'thing 3', live: { name: 'spoilt' }, rebuilt: { name: 'name 283' } }, { key: 'thing 4', live: undefined }] });
    expect([exchanged, await names(), await dataSource.query(shape)]).toEqual([true, before, shapeBefore]);
    expect(await dataSource.query(`select count(*)::int as n from ${replaced}.things where name = 'spoilt'`)).toEqual([{ n: 1 }]);
    await publish(named('thing 3', 'after'));
    await eventually(async () => (await names()).some(({ name }) => name === 'after'));
    expect(await dataSource.query(`select subject, reason from msg_operator_actions where action = 'rebuild'`)).toEqual([{ subject: `${service}.names`, reason: 'a test' }]);
  });

  it('loses nothing of what the living consumer applies meanwhile', async () => {
    let over = false;
    const going = (async () => {
      for (let index = 0; !over; index++) await publish(...Array.from({ length: 10 }, (_, each) => named(`thing ${each}`, `later ${index}`)));
    })();
    for (let times = 0; times < 3; times++) await rebuild(true).catch((error: unknown) => {
      over = true;
      throw error;
    });
    over = true;
    await going;
    await heardAll();
    const expected = (await names()).filter(({ thing }) => Number(thing.slice(6)) < 10).map(({ thing }) => [thing, sequences.get(thing)]);
    expect((await names()).filter(({ thing }) => Number(thing.slice(6)) < 10).map(({ thing, sequence }) => [thing, sequence])).toEqual(expected);
    expect((await rebuild(false)).tables[0]!.different).toBe(0);
    expect(troubles).toEqual([]);
  }, 90_000);

  it('by handlers that are not deployed yet shows what they would change, and changes nothing', async () => {
    await publish(named('thing 7', 'loud seven'));
    await heardAll();
    const before = await names();
    const { tables } = await rebuild(false, new LoudNames());
    expect(tables[0]).toMatchObject({ different: 1, examples: [{ key: 'thing 7', live: { name: 'loud seven' }, rebuilt: { name: 'LOUD SEVEN' } }] });
    expect(await names()).toEqual(before);
  });

  it('is refused where it is more than a projection, or more hangs on the table than can be exchanged', async () => {
    await expect(rebuild(true, new Names(), service)).rejects.toThrow(`${service} is more than a projection: it decides about thing.sold`);
    await expect(rebuild(true, new Names(), 'nobody')).rejects.toThrow('there is no consumer "nobody"');
    await dataSource.query('create view loud as select upper(name) from things');
    await expect(rebuild(true)).rejects.toThrow("the table things can't be exchanged: it has a view: loud");
    await dataSource.query('drop view loud');
  });
});
