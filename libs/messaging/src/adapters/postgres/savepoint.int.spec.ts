import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { StatementTimeout, StoreUnavailable } from '../../ports/index.js';
import { messagingMigrations } from './migrations.js';
import { PostgresStore } from './postgres-store.js';

describe('the work behind a savepoint', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let store: PostgresStore;

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table notes (text text not null)');
    store = new PostgresStore(dataSource, { statementMs: 8_000, handlerMs: 300 });
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const note = (manager: unknown, text: string): Promise<unknown> =>
    (manager as EntityManager).query('insert into notes values ($1)', [text]);
  const notes = async (): Promise<string[]> =>
    (await dataSource.query<{ text: string }[]>('select text from notes order by 1')).map(({ text }) => text);

  it('is undone when it takes longer than its limit, with a text that names the remedy, and the transaction continues', async () => {
    const results = await store.transaction(async (transaction) => [
      await transaction.savepoint(async (manager) => {
        await note(manager, 'slow');
        return new Promise<never>(() => undefined);
      }),
      await transaction.savepoint((manager) => note(manager, 'quick')),
    ]);
    const [slow] = results as [{ error: unknown }];
    expect(slow.error).toBeInstanceOf(StatementTimeout);
    expect(String(slow.error)).toContain('0.3 s: move slow calls into an effect');
    expect(await notes()).toEqual(['quick']);
  });

  it('reports a deadlock as transient, so that it is no attempt', async () => {
    const locked = [0, 1].map(() => {
      let resolve: () => void = () => undefined;
      return { done: new Promise<void>((call) => (resolve = call)), set: () => resolve() };
    });
    await dataSource.query('create table vans (id int primary key); insert into vans values (0), (1)');
    const lock = (manager: unknown, id: number): Promise<unknown> =>
      (manager as EntityManager).query('select 1 from vans where id = $1 for update', [id]);
    const work = (own: 0 | 1): Promise<unknown> =>
      new PostgresStore(dataSource).transaction((transaction) =>
        transaction.savepoint(async (manager) => {
          await lock(manager, own);
          locked[own]!.set();
          await locked[1 - own]!.done;
          await lock(manager, 1 - own);
        }),
      );
    const results = (await Promise.all([work(0), work(1)])) as { error?: unknown }[];
    const errors = results.flatMap(({ error }) => error ?? []);
    expect(errors).toEqual([expect.objectContaining({ reason: 'deadlock' })]);
    expect(errors[0]).toBeInstanceOf(StoreUnavailable);
  });
});
