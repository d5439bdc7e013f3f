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

const silenceMs = 5_000;
const insert = `insert into msg_attempts (consumer, message_id, attempts) values ('test', gen_random_uuid(), 1)`;
const inserted = `select from msg_attempts`;
const transactionId = `select pg_current_xact_id()::text as id`;

describe('a commit without an answer, when the server goes down', () => {
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
      settings: { autovacuum: 'off' }, // its transactions would use ids
    };
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
    pool.on('error', () => undefined); // idle connections break when the server goes down
  });
  afterAll(async () => {
    await pool?.end();
    await server?.stop();
    removeState(folder);
  });

  /** An open transaction that has written, and the error for its commit. */
  async function anOpenTransaction(): Promise<{ client: pg.PoolClient; unanswered: CommitUnanswered }> {
    const client = await pool.connect();
    client.on('error', () => undefined);
    const serverEpoch = await serverEpochOf(client, silenceMs);
    await client.query('begin');
    await client.query(insert);
    const { rows } = await client.query<{ id: string }>(transactionId);
    return { client, unanswered: new CommitUnanswered(rows[0]!.id, serverEpoch, undefined) };
  }
  async function crash(): Promise<void> {
    server.signal('SIGKILL');
    await server.process.exited;
    server = await startPostgres(options);
    await eventually(() => pool.query('select'));
  }

  it('did not happen when its id is not used again yet', async () => {
    const { client, unanswered } = await anOpenTransaction();
    await crash();
    client.release(true);
    expect(await wasCommitted(sqlOf(pool, silenceMs), unanswered)).toBe(false);
  });

  it('is not confused with the commit of a transaction that got the same id after a crash', async () => {
    const { client, unanswered } = await anOpenTransaction();
    const { rowCount: before } = await pool.query(inserted);
    await crash();
    client.release(true);
    const other = async (): Promise<bigint> =>
      BigInt((await pool.query<{ id: string }>(`${insert} returning pg_current_xact_id()::text as id`)).rows[0]!.id);
    let others = 1;
    for (; (await other()) < BigInt(unanswered.transactionId); others++);
    const { rows } = await pool.query('select pg_xact_status($1::text::xid8) as status', [unanswered.transactionId]);
    expect(rows).toEqual([{ status: 'committed' }]);
    expect((await pool.query(inserted)).rowCount).toBe(before! + others);
    await expect(wasCommitted(sqlOf(pool, silenceMs), unanswered)).rejects.toBeInstanceOf(OutcomeUnknown);
  });

  it('did not happen when another transaction with its id is in progress or aborted', async () => {
    const { client, unanswered } = await anOpenTransaction();
    await crash();
    client.release(true);
    const other = await pool.connect();
    const next = async (): Promise<bigint> => {
      await other.query('begin');
      return BigInt((await other.query<{ id: string }>(transactionId)).rows[0]!.id);
    };
    try {
      while ((await next()) < BigInt(unanswered.transactionId)) await other.query('commit');
      expect(await wasCommitted(sqlOf(pool, silenceMs), unanswered)).toBe(false);
      await other.query('rollback');
      expect(await wasCommitted(sqlOf(pool, silenceMs), unanswered)).toBe(false);
    } finally {
      other.release(true);
    }
  });

  it('is known after an orderly restart of the server', async () => {
    const { client, unanswered } = await anOpenTransaction();
    await client.query('commit');
    client.release(true);
    await server.stop();
    server = await startPostgres(options);
    expect(await eventually(() => wasCommitted(sqlOf(pool, silenceMs), unanswered))).toBe(true);
  });
});
