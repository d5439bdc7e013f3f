import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { table, UniqueConflict } from '@tradewind/messaging';
import { keyOf, type AnyTable, type Change, type Store } from '@tradewind/messaging/internals';
import type { OpenedStore } from './store-broker-state-conformance.js';
import { openTransaction } from './open-transaction.js';

interface Van {
  readonly tenantId: string;
  readonly vanId: number;
  readonly depot?: string;
  readonly free?: number;
}
/** A store under test must have these tables. */
export const Vans = table<Van>('vans', ['tenantId', 'vanId'], {
  tenantId: 'text',
  vanId: 'int4',
  depot: 'text',
  free: 'int4',
});

interface Sample {
  readonly order: number;
  readonly status: string | null;
  readonly weight: string | null;
  readonly small: number | null;
  readonly real: number | null;
  readonly precise: number | null;
  readonly large: string | null;
  readonly day: string | null;
  readonly hour: string | null;
  readonly localTime: Date | null;
  readonly document: object | null;
  readonly bytes: Buffer | null;
  readonly tags: readonly (string | null)[] | null;
  readonly counts: readonly number[] | null;
  readonly flags: readonly boolean[] | null;
  readonly doubled: number | null;
  readonly version?: number;
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
  readonly kind?: string;
  readonly once?: string;
}
const nullable = true;
const doubling = {
  to: (value: unknown) => (typeof value === 'number' ? value * 2 : value),
  from: (value: unknown) => (typeof value === 'number' ? value / 2 : value),
};
const Samples = table<Sample>('fleet.Samples', 'order', {
  order: { type: 'int4', name: 'order' },
  status: { type: 'enum', enumName: 'fleet.Status', nullable },
  weight: { type: 'numeric', nullable },
  small: { type: 'int2', nullable },
  real: { type: 'float4', nullable },
  precise: { type: 'float8', nullable },
  large: { type: 'int8-string', nullable },
  day: { type: 'date', nullable },
  hour: { type: 'time', nullable },
  localTime: { type: 'timestamp', name: 'localTime', nullable },
  document: { type: 'json', nullable },
  bytes: { type: 'bytea', nullable },
  tags: { type: 'text', array: true, nullable },
  counts: { type: 'int4', array: true, nullable },
  flags: { type: 'bool', array: true, nullable },
  doubled: { type: 'int4', transformer: doubling, nullable },
  version: { type: 'int4', managed: 'version' },
  createdAt: { type: 'timestamptz', managed: 'created' },
  updatedAt: { type: 'timestamptz', managed: 'updated' },
  kind: { type: 'text', default: 'plain' },
  once: { type: 'text', written: 'insert' },
});

/** Tables for the suite of the store: composite keys and every column type. */
export const tablesDdl = `
create table vans (tenant_id text, van_id int, depot text, free int, primary key (tenant_id, van_id));
create index on vans (depot);
create schema fleet;
create type fleet."Status" as enum ('free', 'in "use"');
create table fleet."Samples" ("order" int primary key, status fleet."Status", weight numeric, small int2, "real" float4, precise float8,
large int8, day date, hour time, "localTime" timestamp, document json, bytes bytea, tags text[], counts int[], flags bool[], doubled int,
version int not null, created_at timestamptz not null, updated_at timestamptz not null, kind text not null, once text)`;

const changeOf = (of: AnyTable, row: object, isNew = false): Change => ({ table: of, key: keyOf(of, row), row, isNew });
const removalOf = (of: AnyTable, row: object): Change => ({ ...changeOf(of, row), row: undefined });

/** The contract of tables: composite keys, all types of columns, and columns that the store manages. */
export function tablesConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of tables`, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeAll(async () => ({ store, close } = await open()));
    afterAll(() => close());
    const load = (
      of: AnyTable,
      ...by: readonly (readonly [string | readonly string[], readonly string[]])[]
    ): Promise<readonly object[]> =>
      store.transaction((tx) =>
        tx.load({ table: of, by: new Map(by.map(([each, values]) => [each, new Set(values)])) }),
      );
    const save = (of: AnyTable, changes: readonly Change[], known: readonly string[] = []): Promise<void> =>
      store.transaction((tx) => tx.save(of, changes, new Set(known)));
    const aVan = (vanId: number, rest: Partial<Van> = {}): Van => ({ tenantId: randomUUID(), vanId, ...rest });
    const keys = (...vans: readonly Van[]): [readonly string[], string[]] => [
      Vans.key as readonly string[],
      vans.map((van) => keyOf(Vans, van)),
    ];

    it('loads, changes and deletes only the row with all values of a composite key', async () => {
      const [first, second] = [aVan(1, { free: 1 }), aVan(1, { free: 2 })];
      const third = { ...first, vanId: 2, free: 3 };
      await save(
        Vans,
        [first, second, third].map((van) => changeOf(Vans, van)),
      );
      expect(await load(Vans, keys(first))).toEqual([first]);
      expect(await load(Vans, keys(second, { ...second, vanId: 2 }))).toEqual([second]);
      const changed = { ...first, free: 10 };
      await save(Vans, [changeOf(Vans, changed), removalOf(Vans, third)], keys(first, third)[1]);
      const rows = await load(Vans, keys(first, second, third));
      expect(rows).toHaveLength(2);
      expect(rows).toEqual(expect.arrayContaining([changed, second]));
    });

    it('loads rows by a composite key and by another property together, in the order of the key', async () => {
      const depot = randomUUID();
      const [a, b, c] = [
        { ...aVan(5), tenantId: `${depot} a` },
        { ...aVan(1, { depot }), tenantId: `${depot} a` },
        { ...aVan(1, { depot }), tenantId: `${depot} b` },
      ];
      await save(
        Vans,
        [a, b, c].map((van) => changeOf(Vans, van)),
      );
      expect(await load(Vans, keys(a), ['depot', [depot]])).toEqual([b, a, c]);
      expect(await load(Vans, ['depot', [depot]])).toEqual([b, c]);
    });

    it('keeps apart keys whose values run together, and values that need quoting', async () => {
      const id = randomUUID();
      const vans = ['","', '\\', '{a,b}', 'null', '✓'].flatMap((text) => [
        { tenantId: `${id}${text}`, vanId: 1, free: 0 },
        { tenantId: `${id}${text}1`, vanId: 11, free: 1 },
      ]);
      await save(
        Vans,
        vans.map((van) => changeOf(Vans, van)),
      );
      for (const van of vans) expect(await load(Vans, keys(van))).toEqual([van]);
    });

    it('rejects a second row with the same composite key', async () => {
      const van = aVan(1);
      await save(Vans, [changeOf(Vans, van, true)]);
      await expect(save(Vans, [changeOf(Vans, van, true)])).rejects.toBeInstanceOf(UniqueConflict);
      await save(Vans, [changeOf(Vans, { ...van, vanId: 2 }, true)]);
    });

    it('locks only the loaded rows of a composite key', async () => {
      const [van, other] = [aVan(1, { free: 1 }), aVan(1)];
      await save(Vans, [changeOf(Vans, van), changeOf(Vans, other)]);
      const [by, [key]] = keys(van);
      const holder = await openTransaction(store, (tx) =>
        tx.load({ table: Vans, by: new Map([[by, new Set([key!])]]) }),
      );
      expect(await load(Vans, keys(other))).toEqual([other]);
      let isLoaded = false;
      const waiting = load(Vans, keys(van)).then(() => (isLoaded = true));
      await load(Vans, keys(other));
      expect(isLoaded).toBe(false);
      await holder.commit();
      await waiting;
    });

    it('stores every column type, quotes names, and reads NULL as null where that is declared', async () => {
      const full: Sample = {
        order: 1,
        status: 'in "use"',
        weight: '12345678901234567890.123456789',
        small: -32_768,
        real: 1.5,
        precise: 0.1,
        large: '9223372036854775807',
        day: '2026-03-29',
        hour: '01:30:00',
        localTime: new Date('2026-07-01T12:30:00.250Z'),
        document: { a: [1, null, { b: 'x' }] },
        bytes: Buffer.from([0, 1, 255]),
        tags: ['a', 'b "c", {d}', null, 'null', '\\', ''],
        counts: [1, -2],
        flags: [true, false],
        doubled: 21,
        kind: 'fancy',
        once: 'first',
      };
      const empty = Object.fromEntries(Object.entries(full).map(([property]) => [property, null])) as unknown as Sample;
      const { kind: _, once: __, ...none } = { ...empty, order: 2 };
      await save(Samples, [changeOf(Samples, full, true), changeOf(Samples, none, true)]);
      const managed = { version: 1, createdAt: expect.any(Date), updatedAt: expect.any(Date) };
      expect(await load(Samples, ['order', ['1', '2']])).toEqual([
        { ...full, ...managed },
        { ...none, ...managed, kind: 'plain' },
      ]);
      expect(await load(Samples, ['status', ['in "use"']])).toHaveLength(1);
      expect(await load(Samples, ['large', [full.large!]])).toHaveLength(1);
      expect(await load(Samples, ['day', [full.day!]])).toHaveLength(1);
    });

    it('counts versions and sets times by itself, and keeps columns that only inserts write', async () => {
      const sample = { order: 3, once: 'first' } as Sample;
      await save(Samples, [changeOf(Samples, sample, true)]);
      const [before] = (await load(Samples, ['order', ['3']])) as [Sample];
      const changed = {
        ...before,
        small: 1,
        once: 'second',
        version: 77,
        createdAt: new Date(0),
        updatedAt: new Date(0),
      };
      await save(Samples, [changeOf(Samples, changed)], ['3']);
      const [after] = (await load(Samples, ['order', ['3']])) as [Sample];
      expect(after).toEqual({ ...before, small: 1, version: 2, updatedAt: expect.any(Date) });
      expect(after.updatedAt!.getTime()).toBeGreaterThanOrEqual(before.createdAt!.getTime());
    });
  });
}
