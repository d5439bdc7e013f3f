import pg from 'pg';
import { Transient } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import type { ClaimedEffect, ClaimedRecord, RelaySession, Store, TopicSize, Transaction } from '../store/store.js';
import { wasCommitted, type CommitUnanswered } from './commit-outcome.js';
import { Conversation } from './conversation.js';
import { claimEffects, openEffects, renewEffects, retryEffect } from './effects-sql.js';
import { incarnationOf } from './incarnation.js';
import { silenceOf, usualLimits } from './postgres-limits.js';
import { endWithin, PostgresRelaySession, pokeChannel, relayLimits } from './postgres-relay-session.js';
import { neverHandled, neverSaid, publishedTo } from './positions-sql.js';
import { PostgresTransaction } from './postgres-transaction.js';
import { allSizes, sizeOf, type RawSize } from './sizes-sql.js';
import { isSilence, isTransient } from './sql-errors.js';
import { sqlOf, type Sql } from './sql.js';

const poke = `select pg_notify('${pokeChannel}', '')`;
const lag = `select count(*)::int as rows, coalesce(extract(epoch from now() - min(appended_at)), 0)::float8 as seconds,
(select count(*)::int from msg_outbox_held) as held from msg_outbox`;

const dueTimers = `select id, saga_id as "sagaId", name from msg_timers where due_at <= now() order by due_at limit $1`;
const postponeTimers = `update msg_timers set due_at = now() + $2::int * interval '1 millisecond' where id = any($1::text[])`;

const parkedKeys = `select distinct key from msg_parked_lanes where consumer = $1 and key = any($2::text[])`;
const release = `update msg_parked_lanes set state = 'releasing' where consumer = $1 and lane = $2 returning lane`;
const releasedLanes = `select lane from msg_parked_lanes where consumer = $1 and state = 'releasing' order by lane`;
const parkedCount = `select count(*)::int as n from msg_parked`;
const alarmedSagas = `select count(*)::int as n from msg_sagas where status in ('running', 'undoing') and alarmed`;
const countTry = `insert into msg_tries as t (consumer, message_id, tries) values ($1, $2, 1)
on conflict (consumer, message_id) do update set tries = t.tries + 1 returning tries`;
const countStart = `insert into msg_starts as s (consumer, topic, partition, record_offset, times) values ($1, $2, $3, $4, 1)
on conflict (consumer, topic, partition) do update
set times = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.times + 1 else 1 end,
record_offset = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.record_offset else excluded.record_offset end
returning times`;
const forgetTries = `delete from msg_tries where consumer = $1 and message_id = $2`;
const forgetStarts = `update msg_starts s set times = 0 from unnest($2::text[], $3::int[]) as w(topic, partition)
where s.consumer = $1 and s.topic = w.topic and s.partition = w.partition`;

/** The library's store on PostgreSQL, on the pool of a TypeORM data source, so that it shares the service's transactions. */
export class PostgresStore implements Store {
  readonly #pool: pg.Pool;
  readonly #sql: Sql;

  constructor(
    dataSource: DataSource,
    private readonly limits = usualLimits,
  ) {
    this.#pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    const sql = sqlOf(this.#pool, silenceOf(limits));
    this.#sql = async (text, values) => {
      try {
        return await sql(text, values);
      } catch (error) {
        throw asTransient(error);
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
      throw asTransient(error);
    });
    let broken: Error | undefined;
    // A pooled connection that breaks while it is lent out would otherwise end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    let conversation: Conversation | undefined;
    try {
      conversation = new Conversation(client, this.limits, await incarnationOf(client, silenceOf(this.limits)));
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
      throw asTransient(error);
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
      if (!session) await endWithin(client);
      return session;
    } catch (error) {
      await endWithin(client);
      throw asTransient(error);
    }
  }

  async poke(): Promise<void> {
    await this.#sql(poke);
  }

  async topicSizes(): Promise<readonly TopicSize[]> {
    return (await this.#sql<RawSize>(allSizes)).map(sizeOf);
  }

  publishedTo(): ReturnType<Store['publishedTo']> {
    return publishedTo(this.#sql);
  }

  neverSaid(records: readonly ClaimedRecord[]): Promise<ReadonlySet<string>> {
    return neverSaid(this.#sql, records);
  }

  neverHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return neverHandled(this.#sql, consumer, ids);
  }

  async outboxLag(): ReturnType<Store['outboxLag']> {
    return (await this.#sql<{ rows: number; seconds: number; held: number }>(lag))[0]!;
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

  openEffects(): ReturnType<Store['openEffects']> {
    return openEffects(this.#sql);
  }

  dueTimers(limit: number): ReturnType<Store['dueTimers']> {
    return this.#sql<{ id: string; sagaId: string; name: string }>(dueTimers, [limit]);
  }

  async postponeTimers(ids: readonly string[], milliseconds: number): Promise<void> {
    await this.#sql(postponeTimers, [ids, milliseconds]);
  }

  async parkedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await this.#sql<{ key: string }>(parkedKeys, [consumer, keys])).map((row) => row.key));
  }

  async release(consumer: string, lane: string): Promise<boolean> {
    return (await this.#sql(release, [consumer, lane])).length > 0;
  }

  async releasedLanes(consumer: string): Promise<readonly string[]> {
    return (await this.#sql<{ lane: string }>(releasedLanes, [consumer])).map((row) => row.lane);
  }

  async parkedCount(): Promise<number> {
    return (await this.#sql<{ n: number }>(parkedCount))[0]!.n;
  }

  async alarmedSagas(): Promise<number> {
    return (await this.#sql<{ n: number }>(alarmedSagas))[0]!.n;
  }

  async countTry(consumer: string, messageId: string): Promise<number> {
    return (await this.#sql<{ tries: number }>(countTry, [consumer, messageId]))[0]!.tries;
  }

  async countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number> {
    return (await this.#sql<{ times: number }>(countStart, [consumer, topic, partition, offset.toString(), reach]))[0]!
      .times;
  }

  async forgetTries(consumer: string, messageId: string): Promise<void> {
    await this.#sql(forgetTries, [consumer, messageId]);
  }

  async forgetStarts(
    consumer: string,
    places: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    await this.#sql(forgetStarts, [
      consumer,
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
    ]);
  }
}

const asTransient = (error: unknown): unknown =>
  isTransient(error) && !(error instanceof Transient)
    ? new Transient(`the database is away: ${(error as Error).message}`, { cause: error })
    : error;
