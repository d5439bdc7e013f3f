import pg from 'pg';
import { Transient } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import type { ClaimedEffect, OwnRecord, RelaySession, Store, PartitionCount, Transaction } from '../../ports/store.js';
import { wasCommitted, type CommitUnanswered } from './commit-outcome.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { claimEffects, pendingEffects, renewEffects, retryEffect } from './effects-sql.js';
import { serverEpochOf } from './server-epoch.js';
import { silenceMsOf, defaultLimits } from './postgres-limits.js';
import { endWithTimeout, PostgresRelaySession, notifyChannel, relayLimits } from './postgres-relay-session.js';
import { notHandled, notPublishedHere, publishedEnds } from './consistency-sql.js';
import { PostgresTransaction } from './postgres-transaction.js';
import { allPartitionCounts, partitionCountOf, type RawPartitionCount } from './partition-counts-sql.js';
import { isSilence, storeError } from './postgres-errors.js';
import { sqlOf, type Sql } from './sql.js';

const notify = `select pg_notify('${notifyChannel}', '')`;
const lag = `select count(*)::int as rows, coalesce(extract(epoch from now() - min(appended_at)), 0)::float8 as seconds,
(select count(*)::int from msg_outbox_blocked_keys) as blocked from msg_outbox`;

const dueTimeouts = `select id, saga_id as "sagaId", name from msg_timeouts where due_at <= now() order by due_at limit $1`;
const postponeTimeouts = `update msg_timeouts set due_at = now() + $2::int * interval '1 millisecond' where id = any($1::text[])`;

const blockedKeys = `select distinct key from msg_blocked_keys where consumer = $1 and key = any($2::text[])`;
const redrive = `update msg_blocked_keys set state = 'redriving' where consumer = $1 and ordering_key = $2 returning ordering_key`;
const redrivenKeys = `select ordering_key as "orderingKey" from msg_blocked_keys where consumer = $1 and state = 'redriving' order by ordering_key`;
const deadLetterCount = `select count(*)::int as n from msg_dead_letters`;
const stuckSagas = `select count(*)::int as n from msg_sagas where status in ('running', 'compensating') and stuck`;
const countAttempt = `insert into msg_attempts as t (consumer, message_id, attempts) values ($1, $2, 1)
on conflict (consumer, message_id) do update set attempts = t.attempts + 1 returning attempts`;
const countStart = `insert into msg_consumer_starts as s (consumer, topic, partition, record_offset, times) values ($1, $2, $3, $4, 1)
on conflict (consumer, topic, partition) do update
set times = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.times + 1 else 1 end,
record_offset = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.record_offset else excluded.record_offset end
returning times`;
const clearAttempts = `delete from msg_attempts where consumer = $1 and message_id = $2`;
const clearStarts = `update msg_consumer_starts s set times = 0 from unnest($2::text[], $3::int[]) as w(topic, partition)
where s.consumer = $1 and s.topic = w.topic and s.partition = w.partition`;

/** The library's store on PostgreSQL, on the pool of a TypeORM data source, so that it shares the service's transactions. */
export class PostgresStore implements Store {
  readonly #pool: pg.Pool;
  readonly #sql: Sql;

  constructor(
    dataSource: DataSource,
    private readonly limits = defaultLimits,
  ) {
    this.#pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    const sql = sqlOf(this.#pool, silenceMsOf(limits));
    this.#sql = async (text, values) => {
      try {
        return await sql(text, values);
      } catch (error) {
        throw storeError(error);
      }
    };
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { result, unanswered } = await this.#attempt(work);
    if (!unanswered || (await wasCommitted(this.#sql, unanswered))) return result;
    throw new Transient('the connection broke before the commit', { cause: unanswered });
  }

  /** With `unanswered` set it is not known whether the transaction was committed. */
  async #attempt<T>(
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<{ readonly result: T; readonly unanswered: CommitUnanswered | undefined }> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw storeError(error);
    });
    let broken: Error | undefined;
    // A pooled connection that breaks while it is lent out would otherwise end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    let conversation: PipelinedConnection | undefined;
    try {
      conversation = new PipelinedConnection(client, this.limits, await serverEpochOf(client, silenceMsOf(this.limits)));
      const result = await work(new PostgresTransaction(conversation));
      // crashpoint: store.before-commit
      const unanswered = await conversation.commit();
      broken = unanswered;
      // crashpoint: store.after-commit
      return { result, unanswered };
    } catch (thrown) {
      const error = conversation?.failure ?? thrown;
      if (isSilence(error)) broken = error as Error;
      if (!broken) await conversation?.rollback().catch((failure: Error) => (broken = failure));
      throw storeError(error);
    } finally {
      client.off('error', onError);
      client.release(broken ?? false);
    }
  }

  async lead(): Promise<RelaySession | undefined> {
    const client = new pg.Client({ ...this.#pool.options, ...relayLimits, application_name: 'relay' });
    client.on('error', () => undefined); // told by the next query on it
    try {
      await client.connect();
      const session = await PostgresRelaySession.open(client);
      if (!session) await endWithTimeout(client);
      return session;
    } catch (error) {
      await endWithTimeout(client);
      throw storeError(error);
    }
  }

  async notify(): Promise<void> {
    await this.#sql(notify);
  }

  async partitionCounts(): Promise<readonly PartitionCount[]> {
    return (await this.#sql<RawPartitionCount>(allPartitionCounts)).map(partitionCountOf);
  }

  publishedEnds(): ReturnType<Store['publishedEnds']> {
    return publishedEnds(this.#sql);
  }

  notPublishedHere(records: readonly OwnRecord[]): Promise<ReadonlySet<string>> {
    return notPublishedHere(this.#sql, records);
  }

  notHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return notHandled(this.#sql, consumer, ids);
  }

  async outboxLag(): ReturnType<Store['outboxLag']> {
    return (await this.#sql<{ rows: number; seconds: number; blocked: number }>(lag))[0]!;
  }

  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMilliseconds: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]> {
    return claimEffects(this.#sql, names, limit, leaseMilliseconds, token);
  }

  renewEffects(ids: readonly string[], token: string, leaseMilliseconds: number): Promise<void> {
    return renewEffects(this.#sql, ids, token, leaseMilliseconds);
  }

  retryEffect(id: string, token: string, inMilliseconds: number, error: string): Promise<void> {
    return retryEffect(this.#sql, id, token, inMilliseconds, error);
  }

  pendingEffects(): ReturnType<Store['pendingEffects']> {
    return pendingEffects(this.#sql);
  }

  dueTimeouts(limit: number): ReturnType<Store['dueTimeouts']> {
    return this.#sql<{ id: string; sagaId: string; name: string }>(dueTimeouts, [limit]);
  }

  async postponeTimeouts(ids: readonly string[], milliseconds: number): Promise<void> {
    await this.#sql(postponeTimeouts, [ids, milliseconds]);
  }

  async blockedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await this.#sql<{ key: string }>(blockedKeys, [consumer, keys])).map((row) => row.key));
  }

  async redrive(consumer: string, orderingKey: string): Promise<boolean> {
    return (await this.#sql(redrive, [consumer, orderingKey])).length > 0;
  }

  async redrivenKeys(consumer: string): Promise<readonly string[]> {
    return (await this.#sql<{ orderingKey: string }>(redrivenKeys, [consumer])).map((row) => row.orderingKey);
  }

  async deadLetterCount(): Promise<number> {
    return (await this.#sql<{ n: number }>(deadLetterCount))[0]!.n;
  }

  async stuckSagas(): Promise<number> {
    return (await this.#sql<{ n: number }>(stuckSagas))[0]!.n;
  }

  async countAttempt(consumer: string, messageId: string): Promise<number> {
    return (await this.#sql<{ attempts: number }>(countAttempt, [consumer, messageId]))[0]!.attempts;
  }

  async countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number> {
    return (await this.#sql<{ times: number }>(countStart, [consumer, topic, partition, offset.toString(), reach]))[0]!
      .times;
  }

  async clearAttempts(consumer: string, messageId: string): Promise<void> {
    await this.#sql(clearAttempts, [consumer, messageId]);
  }

  async clearStarts(
    consumer: string,
    places: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    await this.#sql(clearStarts, [
      consumer,
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
    ]);
  }
}
