import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startTcpProxy } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  answer,
  command,
  Commands,
  insert,
  KafkaTransport,
  MessagingModule,
  messagingMigrations,
  rows,
  rowsWhere,
  save,
  table,
  Unavailable,
} from '../index.js';
import type { AnyTable } from '../internals.js';

interface Van {
  readonly tenantId: string;
  readonly vanId: string;
  readonly free: number;
}
const Vans = table<Van>('vans', ['tenantId', 'vanId'], { tenantId: 'text', vanId: 'text', free: 'int4' });
const vansDdl = 'create table vans (tenant_id text, van_id text, free int not null, primary key (tenant_id, van_id))';

/** A declaration that lacks the tenant. */
const VansOfAll = table<Omit<Van, 'tenantId'>>('vans', 'vanId', { vanId: 'text', free: 'int4' });

const takeOne = (of: typeof VansOfAll) =>
  command('take', { vans: rows(of, (vanId: string) => [vanId]) }, (_: string, { vans }) =>
    save(of, ...vans.all().map((van) => ({ ...van, free: van.free - 1 }))),
  );

const add = command('add', {}, (van: Van) => insert(Vans, van).and(answer('added')));

describe('the start of a service with declared tables', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let app: INestApplicationContext | undefined;
  const log: string[] = [];

  const open = (url: string): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url,
      migrations: messagingMigrations,
      poolErrorHandler: () => undefined,
    }).initialize();

  beforeEach(async () => {
    database = await freshDatabase();
    dataSource = await open(database.url);
    await dataSource.runMigrations();
    log.length = 0;
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await dataSource.destroy();
    await database.drop();
  });

  const start = async (
    lockOrder: readonly AnyTable[],
    {
      source = dataSource,
      onModuleInit = () => Promise.resolve(),
    }: { source?: DataSource; onModuleInit?: (commands: Commands) => Promise<void> } = {},
  ): Promise<void> => {
    @Injectable()
    class Migrations implements OnModuleInit {
      onModuleInit(): Promise<void> {
        return onModuleInit(app!.get<Commands>(Commands));
      }
    }
    const messaging = [
      MessagingModule.forRoot({
        service: `vans-${randomUUID().slice(0, 8)}`,
        kafka: { brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'vans' },
        dataSource: source,
        log: (_level, message) => log.push(message),
      }),
      MessagingModule.forFeature({ messages: [], tables: lockOrder }),
    ];
    @Module({ imports: messaging, providers: [Migrations] })
    class VansModule {}
    const nest = await NestFactory.create(VansModule, { logger: false, abortOnError: false });
    app = nest;
    nest.connectMicroservice({ strategy: nest.get(KafkaTransport) }, { inheritAppConfig: true });
    await nest.init();
  };

  it('fails where the declared key is a part of the primary key, before a row is written', async () => {
    await dataSource.query(vansDdl);
    await dataSource.query(`insert into vans values ('a', 'v1', 10), ('b', 'v1', 20)`);
    const started = await start([VansOfAll]).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    const command = app!.get<Commands>(Commands).run(takeOne(VansOfAll), 'v1');
    await command.catch(() => undefined);
    expect(await dataSource.query('select * from vans order by tenant_id')).toEqual([
      { tenant_id: 'a', van_id: 'v1', free: 10 },
      { tenant_id: 'b', van_id: 'v1', free: 20 },
    ]);
    await expect(command).rejects.toBeInstanceOf(Unavailable);
    expect(started).toContain(
      `the table vans has the primary key (tenant_id, van_id), the code declares (van_id): declare all of its columns and name them in the key`,
    );
  });

  it('changes only the row of one tenant where the key is declared', async () => {
    await dataSource.query(vansDdl);
    await dataSource.query(`insert into vans values ('a', 'v1', 10), ('b', 'v1', 20)`);
    await start([Vans]);
    const take = command(
      'take',
      { vans: rows(Vans, (key: readonly [string, string]) => [key]) },
      (key: readonly [string, string], { vans }) => {
        const van = vans.get(key)!;
        return save(Vans, { ...van, free: van.free - 1 });
      },
    );
    await app!.get<Commands>(Commands).run(take, ['a', 'v1']);
    expect(await dataSource.query('select free from vans order by tenant_id')).toEqual([{ free: 9 }, { free: 20 }]);
  });

  it('succeeds where a module migrates when it is initialised, and lets earlier commands wait', async () => {
    let early: Promise<unknown> | undefined;
    await start([Vans], {
      onModuleInit: async (commands) => {
        early = commands.run(add, { tenantId: 'a', vanId: 'v1', free: 1 });
        await dataSource.query(vansDdl);
      },
    });
    expect(await early).toBe('added');
    expect(await dataSource.query('select free from vans')).toEqual([{ free: 1 }]);
  });

  it('warns of a column without an index by which rows are found', async () => {
    await dataSource.query(vansDdl);
    rowsWhere(Vans, 'free', () => []);
    rowsWhere(Vans, 'tenantId', () => []);
    await start([Vans]);
    expect(log.filter((message) => message.includes('index'))).toEqual([
      `no index of vans begins with free: rowsWhere(…, 'free') reads the whole table each time`,
    ]);
  });

  it('waits for a database that is unavailable', async () => {
    await dataSource.query(vansDdl);
    const url = new URL(database.url);
    const proxy = await startTcpProxy(url.host);
    url.host = `127.0.0.1:${proxy.port}`;
    const behindProxy = await open(url.href);
    try {
      const dropped = proxy.dropResponseTo('to_regclass');
      await start([Vans], { source: behindProxy });
      await dropped;
      expect(log).toContain('the database does not answer yet');
    } finally {
      await app?.close();
      app = undefined;
      await behindProxy.destroy();
      await proxy.close();
    }
  });
});
