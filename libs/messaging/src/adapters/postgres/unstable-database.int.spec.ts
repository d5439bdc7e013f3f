import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
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
  PostgresStore,
  systemPorts,
  table,
  Unavailable,
  type Decision,
  StatementTimeout,
} from '../../index.js';
import { CommandBatcher } from '../../handling/command-batcher.js';
import { Runner } from '../../handling/runner.js';
import type { Invocation } from '../../handling/invocation.js';

interface Note {
  readonly text: string;
}
const Notes = table<Note>('notes', 'text', { text: 'text' });
const ddl = `create table notes (text text primary key);
create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
create trigger dawdle before insert on notes for each row when (new.text like 'slow%') execute function dawdle()`;

/** Ends whoever has begun a transaction and waits for its next statement. */
const kill = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;

/** Milliseconds: a server that says nothing counts as gone after three seconds more. */
const limits = { statementMs: 1_000 };

describe.each([{ pipeline: false }, { pipeline: true }])('a database that is not steady (%p)', ({ pipeline }) => {
  let database: FreshDatabase;
  let direct: DataSource;
  let line: TcpProxy;
  let behindLine: DataSource;
  let store: PostgresStore;
  let runner: Runner;
  let gate: CommandBatcher;
  let decided: number;

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
    decided++;
    return insert(Notes, { text }).and(answer(text));
  });
  const workOf = (text: string): Invocation => ({
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
    line = await startTcpProxy(url.host);
    url.host = `127.0.0.1:${line.port}`;
    behindLine = await open(url.href);
    store = new PostgresStore(behindLine, limits);
    runner = new Runner(store, [Notes], systemPorts);
    gate = new CommandBatcher(runner, systemPorts);
  });
  afterEach(async () => {
    line.resume();
    decided = 0;
    await eventually(() => behindLine.query('select 1'));
    await direct.query('delete from notes');
  });
  afterAll(async () => {
    await behindLine?.destroy();
    await line?.close();
    await direct?.destroy();
    await database?.drop();
  });

  describe('when the answer to a commit is lost', () => {
    it('is asked what became of it, and the command is answered as if nothing had been', async () => {
      const lost = line.dropResponseTo('commit');
      decided = 0;
      expect(await gate.run(write, { text: 'once' })).toBe('once');
      await lost;
      expect({ decided, notes: await notes() }).toEqual({ decided: 1, notes: ['once'] });
    });

    it('and nobody can be asked, the caller is told that it is not known, and it is not done again', async () => {
      const lost = line.dropResponseTo('commit');
      decided = 0;
      const run = gate.run(write, { text: 'perhaps' });
      await lost;
      line.stall();
      await expect(run).rejects.toBeInstanceOf(OutcomeUnknown);
      line.resume();
      expect({ decided, notes: await notes() }).toEqual({ decided: 1, notes: ['perhaps'] });
    });

    it('and the server has crashed since, a message is handled again, and was handled once', async () => {
      const lost = line.dropResponseTo('commit');
      const crash = async (): Promise<Decision> => {
        await direct.query('delete from msg_server_epoch');
        return insert(Notes, { text: 'crashed' });
      };
      const work = { ...workOf('crashed'), decide: crash as never };
      const first = runner.run([work]);
      await lost;
      expect((await first).get(work)).toMatchObject({ kind: 'transient', error: expect.any(OutcomeUnknown) });
      expect((await runner.run([work])).get(work)!.kind).toBe('duplicate');
      expect(await notes()).toEqual(['crashed']);
    });

    it('a command with a key is tried again, and was done once', async () => {
      const lost = line.dropResponseTo('commit');
      decided = 0;
      const { answer: text } = await gate.once(
        write,
        { text: 'keyed' },
        { scope: 's', route: 'r', key: 'k', bodyHash: 'h' },
      );
      await lost;
      expect({ text, notes: await notes() }).toEqual({ text: 'keyed', notes: ['keyed'] });
    });
  });

  it('whose connection breaks before the commit has kept nothing, and a command is simply decided again', async () => {
    decided = 0;
    const killing = command<Note, string, Record<never, never>>('note.kill', {}, (async ({ text }: Note) => {
      if (decided++ === 0) await eventually(async () => (await direct.query<unknown[]>(kill)).length > 0);
      return insert(Notes, { text }).and(answer(text));
    }) as never);
    expect(await gate.run(killing, { text: 'again' })).toBe('again');
    expect({ decided, notes: await notes() }).toEqual({ decided: 2, notes: ['again'] });
  });

  it('that says nothing is given up, and a command is turned away instead of hanging', async () => {
    line.stall();
    const started = performance.now();
    const error: unknown = await gate.run(write, { text: 'silent' }).catch((failure: unknown) => failure);
    expect(error instanceof Unavailable || error instanceof OutcomeUnknown).toBe(true);
    expect(performance.now() - started).toBeLessThan(20_000);
    await expect(store.transaction((transaction) => transaction.append([]))).rejects.toBeInstanceOf(Transient);
  });

  describe('and takes too long for one message', () => {
    it('leaves that one out as failed, alone, and keeps the others', async () => {
      const works = ['a', 'b', 'slow', 'c', 'd'].map(workOf);
      const outcomes = await runner.run(works);
      expect(works.map((work) => outcomes.get(work)!.kind)).toEqual(['done', 'done', 'failed', 'done', 'done']);
      expect(outcomes.get(works[2]!)).toMatchObject({ kind: 'failed', error: expect.any(StatementTimeout) });
      expect(await notes()).toEqual(['a', 'b', 'c', 'd']);
    });
    it('turns a command away, with nothing done', async () => {
      await expect(gate.run(write, { text: 'slow command' })).rejects.toBeInstanceOf(Unavailable);
      expect(await notes()).toEqual([]);
    });
  });

  it('where somebody else holds a lock is waited for: that is no fault of the message', async () => {
    const holder = direct.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`insert into notes (text) values ('held')`);
    const work = workOf('held');
    const causes: unknown[] = [];
    runner.onTransient((error) => causes.push(error));
    expect((await runner.run([work])).get(work)!.kind).toBe('transient');
    await holder.rollbackTransaction();
    await holder.release();
    expect((await runner.run([work])).get(work)!.kind).toBe('done');
    expect(causes).toHaveLength(1);
  });

  it('that a leader can not reach any more has another leader soon, and the former one can mark nothing', async () => {
    const former = (await store.lead())!;
    line.stall();
    await expect(former.take(1)).rejects.toThrow();
    const other = new PostgresStore(direct);
    const next = await eventually(() => other.lead(), 40_000);
    expect(next.epoch > former.epoch).toBe(true);
    line.resume();
    await expect(former.mark([])).rejects.toThrow();
    await Promise.all([former.close(), next.close()]);
  }, 90_000);
});
