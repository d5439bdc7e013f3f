import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import { eventually, startTcpProxy, type TcpProxy } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import {
  answer,
  command,
  insert,
  messagingMigrations,
  OutcomeUnknown,
  table,
  Unavailable,
  type Decision,
} from '../../index.js';
import { PostgresStore, systemPorts, StatementTimeout } from '../../internals.js';
import { CommandBatcher } from '../../handling/command-batcher.js';
import { Runner } from '../../handling/runner.js';
import type { Invocation } from '../../handling/invocation.js';

interface Note {
  readonly text: string;
}
const Notes = table<Note>('notes', 'text', { text: 'text' });
const ddl = `create table notes (text text primary key);
create function sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
create trigger sleep before insert on notes for each row when (new.text like 'slow%') execute function sleep()`;

/** Ends all connections that are idle in a transaction. */
const kill = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;

/** A silent server counts as lost three seconds later. */
const limits = { statementMs: 1_000 };

/** As sent to the server. The text alone is also in `read committed`. */
const commit = 'commit\0';

describe.each([{ pipeline: false }, { pipeline: true }])('an unstable database (%p)', ({ pipeline }) => {
  let database: FreshDatabase;
  let direct: DataSource;
  let proxy: TcpProxy;
  let behindProxy: DataSource;
  let store: PostgresStore;
  let runner: Runner;
  let commands: CommandBatcher;
  let decisions: number;

  const open = async (url: string): Promise<DataSource> => {
    const extra = { max: 5, pipeline, connectionTimeoutMillis: 1_000 };
    return new DataSource({
      type: 'postgres',
      url,
      migrations: messagingMigrations,
      extra,
      poolErrorHandler: () => undefined,
      installExtensions: false,
    }).initialize();
  };
  const write = command('note.write', {}, ({ text }: Note) => {
    decisions++;
    return insert(Notes, { text }).and(answer(text));
  });
  const writing = (text: string): Invocation => ({
    cause: crypto.randomUUID(),
    orderingKey: text,
    consumer: 'test',
    load: {},
    input: text,
    decide: (): Decision => insert(Notes, { text }),
  });
  const notes = async (): Promise<string[]> =>
    (await direct.query<Note[]>('select text from notes order by text')).map(({ text }) => text);

  beforeAll(async () => {
    database = await freshDatabase();
    direct = await open(database.url);
    await direct.runMigrations();
    await direct.query(ddl);
    const url = new URL(database.url);
    proxy = await startTcpProxy(url.host);
    url.host = `127.0.0.1:${proxy.port}`;
    behindProxy = await open(url.href);
    store = new PostgresStore(behindProxy, limits);
    runner = new Runner(store, [Notes], systemPorts);
    commands = new CommandBatcher(runner, systemPorts);
  });
  beforeEach(() => void (decisions = 0));
  afterEach(async () => {
    proxy.resume();
    await eventually(() => behindProxy.query('select 1'));
    await direct.query('delete from notes');
  });
  afterAll(async () => {
    await behindProxy?.destroy();
    await proxy?.close();
    await direct?.destroy();
    await database?.drop();
  });

  it('that is read-only for a while makes commands unavailable, and messages wait', async () => {
    const setReadOnly = async (value: string): Promise<void> => {
      const [{ name }] = await direct.query<[{ name: string }]>('select current_database() as name');
      await direct.query(`alter database ${name} ${value}`);
    };
    await setReadOnly('set default_transaction_read_only = on');
    await direct.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await eventually(() => behindProxy.query('select 1'));
    await expect(commands.run(write, { text: 'refused' })).rejects.toBeInstanceOf(Unavailable);
    const [outcome] = (await runner.run([writing('waits')])).values();
    expect(outcome?.kind).toBe('transient');
    // On the server the sessions from then stay read-only: only fresh ones are not.
    await direct.query('set default_transaction_read_only = off');
    await setReadOnly('reset default_transaction_read_only');
    await eventually(() => commands.run(write, { text: 'accepted' }));
    expect(await notes()).toEqual(['accepted']);
  });

  describe('that loses the answer to a commit', () => {
    it('is asked for the outcome, and the command gets its answer', async () => {
      const lost = proxy.dropResponseTo(commit);
      expect(await commands.run(write, { text: 'once' })).toBe('once');
      await lost;
      expect({ decisions, notes: await notes() }).toEqual({ decisions: 1, notes: ['once'] });
    });

    it('and cannot be asked: the command rejects with OutcomeUnknown and does not run again', async () => {
      const lost = proxy.dropResponseTo(commit);
      const run = commands.run(write, { text: 'perhaps' });
      await lost;
      proxy.stall();
      await expect(run).rejects.toBeInstanceOf(OutcomeUnknown);
      proxy.resume();
      expect({ decisions, notes: await notes() }).toEqual({ decisions: 1, notes: ['perhaps'] });
    });

    it('and crashed since: the message is handled again and is a duplicate', async () => {
      const lost = proxy.dropResponseTo(commit);
      const crash = async (): Promise<Decision> => {
        await direct.query('delete from msg_server_epoch');
        return insert(Notes, { text: 'crashed' });
      };
      const invocation = { ...writing('crashed'), decide: crash as never };
      const first = runner.run([invocation]);
      await lost;
      expect((await first).get(invocation)).toMatchObject({ kind: 'transient', error: expect.any(OutcomeUnknown) });
      expect((await runner.run([invocation])).get(invocation)!.kind).toBe('duplicate');
      expect(await notes()).toEqual(['crashed']);
    });

    it('does a command with an idempotency key once', async () => {
      const lost = proxy.dropResponseTo(commit);
      const { answer: text } = await commands.once(
        write,
        { text: 'keyed' },
        { scope: 's', route: 'r', key: 'k', bodyHash: 'h' },
      );
      await lost;
      expect({ text, notes: await notes() }).toEqual({ text: 'keyed', notes: ['keyed'] });
    });
  });

  it('whose connection breaks before the commit has saved nothing, and the command is decided again', async () => {
    const killing = command<Note, string, Record<never, never>>('note.kill', {}, (async ({ text }: Note) => {
      if (decisions++ === 0) await eventually(async () => (await direct.query<unknown[]>(kill)).length > 0);
      return insert(Notes, { text }).and(answer(text));
    }) as never);
    expect(await commands.run(killing, { text: 'again' })).toBe('again');
    expect({ decisions, notes: await notes() }).toEqual({ decisions: 2, notes: ['again'] });
  });

  it('that is silent counts as lost, and a command rejects instead of hanging', async () => {
    proxy.stall();
    const started = performance.now();
    const error: unknown = await commands.run(write, { text: 'silent' }).catch((failure: unknown) => failure);
    expect(error instanceof Unavailable || error instanceof OutcomeUnknown).toBe(true);
    expect(performance.now() - started).toBeLessThan(20_000);
    await expect(store.transaction((transaction) => transaction.append([]))).rejects.toBeInstanceOf(Transient);
  });

  describe('that takes too long for one message', () => {
    it('fails only that message', async () => {
      const invocations = ['a', 'b', 'slow', 'c', 'd'].map(writing);
      const outcomes = await runner.run(invocations);
      expect(invocations.map((each) => outcomes.get(each)!.kind)).toEqual(['done', 'done', 'failed', 'done', 'done']);
      expect(outcomes.get(invocations[2]!)).toMatchObject({ kind: 'failed', error: expect.any(StatementTimeout) });
      expect(await notes()).toEqual(['a', 'b', 'c', 'd']);
    });
    it('rejects a command, and nothing is done', async () => {
      await expect(commands.run(write, { text: 'slow command' })).rejects.toBeInstanceOf(Unavailable);
      expect(await notes()).toEqual([]);
    });
  });

  it('in which another transaction has locked a row is a transient failure', async () => {
    const other = direct.createQueryRunner();
    await other.startTransaction();
    await other.query(`insert into notes (text) values ('locked')`);
    const invocation = writing('locked');
    const causes: unknown[] = [];
    runner.onTransient((error) => causes.push(error));
    expect((await runner.run([invocation])).get(invocation)!.kind).toBe('transient');
    await other.rollbackTransaction();
    await other.release();
    expect((await runner.run([invocation])).get(invocation)!.kind).toBe('done');
    expect(causes).toHaveLength(1);
  });

  it('that the leader cannot reach gets another leader soon, and the former leader can mark nothing', async () => {
    const former = (await store.lead())!;
    proxy.stall();
    await expect(former.take(1)).rejects.toThrow();
    const other = new PostgresStore(direct);
    const next = await eventually(() => other.lead(), 40_000);
    expect(next.epoch > former.epoch).toBe(true);
    proxy.resume();
    await expect(former.mark([])).rejects.toThrow();
    await Promise.all([former.close(), next.close()]);
  }, 90_000);
});
