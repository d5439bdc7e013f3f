import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Column,
  CreateDateColumn,
  DataSource,
  DeleteDateColumn,
  Entity,
  Generated,
  ManyToOne,
  PrimaryColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { keyOf } from '../../ports/table.js';
import { messagingMigrations } from './migrations.js';
import { PostgresStore } from './postgres-store.js';
import { tableOf, type RowOf } from './table-of.js';

enum Size {
  small = 1,
  large = 2,
}
enum Status {
  free = 'free',
  busy = 'in "use"',
}
const cents = {
  to: (value: number | null) => (value === null ? null : Math.round(value * 100)),
  from: (value: number | null) => (value === null ? null : value / 100),
};

@Entity({ schema: 'fleet', name: 'depots' })
class Depot {
  @PrimaryColumn() id!: string;
}

@Entity({ schema: 'fleet', name: 'Vans' })
class Van {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('int') vanNo!: number;
  @Column({ name: 'order' }) order!: number;
  @Column('varchar', { length: 20, nullable: true }) plate!: string | null;
  @Column('char', { length: 4 }) code!: string;
  @Column('enum', { enum: Status, default: Status.free }) status!: Status;
  @Column('enum', { enum: Size, enumName: 'van_size' }) size!: Size;
  @Column('enum', { enum: Status, array: true }) history!: Status[];
  @Column('numeric', { precision: 20, scale: 6 }) weight!: string;
  @Column('int', { transformer: cents, nullable: true }) price!: number | null;
  @Column('smallint') seats!: number;
  @Column('bigint') mileage!: string;
  @Column('double precision') latitude!: number;
  @Column('real') load!: number;
  @Column() isElectric!: boolean;
  @Column('date', { nullable: true }) inspectedOn!: string | null;
  @Column({ type: 'time' }) leavesAt!: string;
  @Column({ type: 'timestamp', precision: 3 }) localTime!: Date;
  @Column({ type: 'timestamptz', precision: 3 }) boughtAt!: Date;
  @Column('json') papers!: object;
  @Column('jsonb', { nullable: true }) extras!: object | null;
  @Column('text', { array: true }) tags!: string[];
  @Column('int', { array: true, nullable: true }) stops!: number[] | null;
  @Column('simple-array') drivers!: string[];
  @Column({ type: 'simple-json' }) notes!: object;
  @Column('bytea') photo!: Buffer;
  @Column({ default: 7 }) wheels!: number;
  @Column({ update: false }) maker!: string;
  @Generated('increment') @Column() counter!: number;
  @Column({ generatedType: 'STORED', asExpression: '"order" * 2' }) doubled!: number;
  @ManyToOne(() => Depot) depot?: Depot;
  @Column('varchar', { nullable: true }) depotId!: string | null;
  @VersionColumn() version!: number;
  @CreateDateColumn() createdAt!: Date;
  @UpdateDateColumn() updatedAt!: Date;
  @DeleteDateColumn() deletedAt!: Date | null;
}
const Vans = tableOf(Van, { key: ['tenantId', 'vanNo'] });

describe('the table of an entity in a schema that TypeORM has made', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let store: PostgresStore;
  beforeAll(async () => {
    database = await freshDatabase();
    const url = database.url;
    const setUp = await new DataSource({ type: 'postgres', url, migrations: messagingMigrations }).initialize();
    await setUp.runMigrations();
    await setUp.query('create schema fleet');
    await setUp.destroy();
    dataSource = await new DataSource({
      type: 'postgres',
      url,
      entities: [Van, Depot],
      synchronize: true,
    }).initialize();
    store = new PostgresStore(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const aVan = (rest: Partial<Van> = {}): RowOf<Van> => {
    const van: Partial<Van> = {
      tenantId: randomUUID(),
      vanNo: 1,
      order: 5,
      plate: null,
      code: 'ab12',
      status: Status.busy,
      size: Size.large,
      history: [Status.free, Status.busy],
      weight: '1234567890123.123456',
      price: 12.34,
      seats: 3,
      mileage: '9007199254740993',
      latitude: 51.123456789012345,
      load: 0.5,
      isElectric: true,
      inspectedOn: '2026-03-29',
      leavesAt: '08:30:00',
      localTime: new Date('2026-07-01T10:00:00.250Z'),
      boughtAt: new Date('2026-01-01T00:00:00.125Z'),
      papers: { a: [1, { b: null }] },
      extras: null,
      tags: ['x', 'y "z", {w}', 'null', ''],
      stops: [3, 1, 2],
      drivers: ['ann', 'bob'],
      notes: { n: 1 },
      photo: Buffer.from([0, 255]),
      maker: 'first',
      depotId: null,
      deletedAt: null,
      ...rest,
    };
    return van as RowOf<Van>;
  };
  const changeOf = (row: RowOf<Van>, isNew: boolean) => ({ table: Vans, key: keyOf(Vans, row), row, isNew });
  const save = (row: RowOf<Van>, isNew: boolean): Promise<void> =>
    store.transaction((tx) => tx.save(Vans, [changeOf(row, isNew)], new Set(isNew ? [] : [keyOf(Vans, row)])));
  const load = async (row: RowOf<Van>): Promise<RowOf<Van>> =>
    (
      await store.transaction((tx) => tx.load({ table: Vans, by: new Map([[Vans.key, new Set([keyOf(Vans, row)])]]) }))
    )[0] as RowOf<Van>;
  const ofTypeOrm = ({ tenantId, vanNo }: RowOf<Van>): Promise<Van> =>
    dataSource.manager.findOneByOrFail(Van, { tenantId, vanNo });

  it('fits', async () => {
    expect(await store.compareTables([{ table: Vans, loadedBy: [] }])).toEqual({ problems: [], warnings: [] });
  });

  it('is read by TypeORM as it was saved, with the columns that the database and the store fill in', async () => {
    const van = aVan();
    await save(van, true);
    const filledIn = {
      wheels: 7,
      counter: expect.any(Number),
      doubled: 10,
      version: 1,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    };
    const read = { ...(await ofTypeOrm(van)) };
    expect(read).toEqual({ ...van, ...filledIn });
    expect(await load(van)).toEqual(read);
  });

  it('loads what TypeORM has saved', async () => {
    const van = aVan({ tags: [], drivers: [], extras: [1], stops: null, price: null, plate: 'null' });
    await dataSource.manager.save(Van, { ...van });
    expect(await load(van)).toEqual({ ...(await ofTypeOrm(van)) });
  });

  it('counts a version with each update, as TypeORM does, and changes only what may be updated', async () => {
    const van = aVan();
    await save(van, true);
    const before = await load(van);
    await save({ ...before, seats: 4, maker: 'second', wheels: 8 }, false);
    const after = await ofTypeOrm(van);
    expect({ ...after }).toEqual({ ...before, seats: 4, wheels: 8, version: 2, updatedAt: after.updatedAt });
    await dataSource.manager.save(Van, Object.assign(after, { seats: 5 }));
    expect((await load(van)).version).toBe(3);
  });
});
