import 'reflect-metadata';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import {
  startPostgres,
  type Postgres,
  type PostgresOptions,
} from '../../../../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../../../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../../../../tools/platform/process/temporary-folder.js';
import { messagingMigrations, OutcomeUnknown } from '../../index.js';
import { CommitUnanswered, wasCommitted } from './commit-outcome.js';
import { serverEpochOf } from './server-epoch.js';
import { sqlOf } from './sql.js';

const silence = 5_000;
const write = `insert into msg_attempts (consumer, message_id, attempts) values ('test', gen_random_uuid(), 1)`;
const written = `select from msg_attempts`;
const transactionId = `select pg_current_xact_id()::text as id`;

describe('a commit without an answer, of a server that goes down', () => {
  let folder: string;
  let options: PostgresOptions;
  let server: Postgres;
  let pool: pg.Pool;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const [port = 0] = await freePorts(1);
    options = {
      dataDir: join(folder, 'data'),
      port,
      password: 'secret',
      logFile: join(folder, 'log'),
      settings: { autovacuum: 'off' },
    }; // whose transactions would take ids
    server = await startPostgres(options);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: server.adminUrl,
      migrations: messagingMigrations,
      installExtensions: false,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
    pool = new pg.Pool({ connectionString: server.adminUrl });
    pool.on('error', () => undefined); // what a server that goes down does to those who wait
  });
  afterAll(async () => {
    await pool?.end();
    await server?.stop();
    removeState(folder);
  });

  /** A transaction that has written, and what to ask by. */
  async function begun(): Promise<{ client: pg.PoolClient; unanswered: CommitUnanswered }> {
    const client = await pool.connect();
    client.on('error', () => undefined);
    const incarnation = await serverEpochOf(client, silence);
    await client.query('begin');
    await client.query(write);
    const { rows } = await client.query<{ id: string }>(transactionId);
    return { client, unanswered: new CommitUnanswered(rows[0]!.id, incarnation, undefined) };
  }
  async function crash(): Promise<void> {
    server.signal('SIGKILL');
    await server.process.exited;
    server = await startPostgres(options);
    await eventually(() => pool.query('select'));
  }

  it('did not happen, where its id was not given to anybody else yet', async () => {
    const { client, unanswered } = await begun();
    await crash();
    client.release(true);
    expect(await wasCommitted(sqlOf(pool, silence), unanswered)).toBe(false);
  });

  it('is not taken for the commit of another, who has got its id after a crash', async () => {
    const { client, unanswered } = await begun();
    const { rowCount: before } = await pool.query(written);
    await crash();
    client.release(true);
    const other = async (): Promise<bigint> =>
      BigInt((await pool.query<{ id: string }>(`${write} returning pg_current_xact_id()::text as id`)).rows[0]!.id);
    let others = 1;
    for (; (await other()) < BigInt(unanswered.transactionId); others++);
    const { rows } = await pool.query('select pg_xact_status($1::text::xid8) as status', [unanswered.transactionId]);
    expect(rows).toEqual([{ status: 'committed' }]);
    expect((await pool.query(written)).rowCount).toBe(before! + others);
    await expect(wasCommitted(sqlOf(pool, silence), unanswered)).rejects.toBeInstanceOf(OutcomeUnknown);
  });

  it('did not happen, where another has its id and is under way, or has given up', async () => {
    const { client, unanswered } = await begun();
    await crash();
    client.release(true);
    const other = await pool.connect();
    const next = async (): Promise<bigint> => {
      await other.query('begin');
      return BigInt((await other.query<{ id: string }>(transactionId)).rows[0]!.id);
    };
    try {
      while ((await next()) < BigInt(unanswered.transactionId)) await other.query('commit');
      expect(await wasCommitted(sqlOf(pool, silence), unanswered)).toBe(false);
      await other.query('rollback');
      expect(await wasCommitted(sqlOf(pool, silence), unanswered)).toBe(false);
    } finally {
      other.release(true);
    }
  });

  it('is known after the server was stopped in good order', async () => {
    const { client, unanswered } = await begun();
    await client.query('commit');
    client.release(true);
    await server.stop();
    server = await startPostgres(options);
    expect(await eventually(() => wasCommitted(sqlOf(pool, silence), unanswered))).toBe(true);
  });
});
