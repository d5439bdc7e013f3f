import pg from 'pg';
import type { DataSource } from 'typeorm';
import { StoreUnavailable } from '../../ports/errors.js';
import type { DeclaredTable, TableFindings } from '../../ports/declared-table.js';
import type { DescriptionStore } from '../../ports/description-store.js';
import type { PartitionOffset, TopicPartition } from '../../ports/kafka-client.js';
import type { StoreReadings } from '../../ports/readings.js';
import type { InboxHorizon, InboxSample, PrunedStep, PruneStep } from '../../ports/retention.js';
import type { Takeover, TakeoverStore } from '../../ports/takeover.js';
import type {
  ClaimedEffect,
  DueTimeout,
  OwnRecord,
  RelaySession,
  Store,
  PartitionCount,
  Transaction,
} from '../../ports/store.js';
import { compareTables } from './compare-tables.js';
import type { ConsumerState } from '../../ports/consumer-state.js';
import { CallerTransaction } from './caller-transaction.js';
import { wasCommitted, type CommitUnanswered } from './commit-outcome.js';
import { PostgresConsumerState } from './consumer-state-sql.js';
import { PostgresDescriptions } from './descriptions-sql.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { claimEffects, deadLetterEffect, pendingEffects, renewEffects, retryEffect } from './effects-sql.js';
import { serverEpochOf } from './server-epoch.js';
import { silenceMsOf, defaultLimits } from './postgres-limits.js';
import { endWithTimeout, PostgresRelaySession, notifyChannel, relayLimits } from './postgres-relay-session.js';
import { notHandled, notPublishedHere, publishedEnds, reusedIdentities } from './consistency-sql.js';
import { PostgresTransaction } from './postgres-transaction.js';
import { allPartitionCounts, partitionCountOf, type RawPartitionCount } from './partition-counts-sql.js';
import { isSilence, needsFreshConnection, storeError } from './postgres-errors.js';
import { PostgresReadings } from './readings-sql.js';
import { PostgresRetention } from './retention-sql.js';
import { connectionOptions, unsuitableSettings } from './session-check.js';
import { sqlOf, type Sql } from './sql.js';
import { PostgresTakeover } from './takeover-sql.js';

const notify = `select pg_notify('${notifyChannel}', '')`;
const lag = `select count(*)::int as rows, coalesce(extract(epoch from now() - min(appended_at)), 0)::float8 as seconds,
(select count(*)::int from msg_outbox_blocked_keys) as blocked from msg_outbox`;

const dueTimeouts = `select id, saga_id as "sagaId", name, trace from msg_timeouts where due_at <= now() order by due_at, id limit $1 offset $2`;
const postponeTimeouts = `update msg_timeouts set due_at = now() + $2::int * interval '1 millisecond' where id = any($1::text[])`;

const blockedKeys = `select distinct key from msg_blocked_keys where consumer = $1 and key = any($2::text[])`;
const redrive = `update msg_blocked_keys set state = 'redriving' where consumer = $1 and ordering_key = $2 returning ordering_key`;
const redrivenKeys = `select ordering_key as "orderingKey" from msg_blocked_keys where consumer = $1 and state = 'redriving' order by ordering_key`;
const deadLetterCount = `select (select count(*) from msg_dead_letters)::int + (select count(*) from msg_effects where dead_lettered_at is not null and done_at is null)::int as n`;
const stuckSagas = `select count(*)::int as n from msg_sagas where status in ('running', 'compensating') and stuck`;
const countAttempt = `insert into msg_attempts as t (consumer, message_id, attempts) values ($1, $2, 1)
on conflict (consumer, message_id) do update set attempts = t.attempts + 1 returning attempts as n`;
const countStart = `insert into msg_consumer_starts as s (consumer, topic, partition, record_offset, times) values ($1, $2, $3, $4, 1)
on conflict (consumer, topic, partition) do update
set times = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.times + 1 else 1 end,
record_offset = case when excluded.record_offset between s.record_offset and s.record_offset + $5 then s.record_offset else excluded.record_offset end
returning times as n`;
const crashes = `select message_id as id, crashes from msg_attempts where consumer = $1 and message_id = any($2::uuid[]) and crashes > 0`;
const countCrashes = `insert into msg_attempts as t (consumer, message_id, crashes) select distinct $1, id, 1 from unnest($2::uuid[]) as id order by id
on conflict (consumer, message_id) do update set crashes = t.crashes + 1`;
const clearCrashes = `with survived as (delete from msg_attempts where consumer = $1 and message_id = any($2::uuid[]) and attempts = 0)
update msg_attempts set crashes = 0 where consumer = $1 and message_id = any($2::uuid[]) and attempts > 0`;
const clearStarts = `update msg_consumer_starts s set times = 0 from unnest($2::text[], $3::int[]) as w(topic, partition)
where s.consumer = $1 and s.topic = w.topic and s.partition = w.partition`;

/**
 * The server may end a connection together with its first answer, before the code that asked the pool for it can listen: without a listener
 * the error would end the process. The next statement on the connection rejects.
 */
const surviveErrors = (client: pg.PoolClient): void => void client.on('error', () => undefined);

/** The library's store on PostgreSQL, on the pool of a TypeORM data source, so that it shares the service's transactions. */
export class PostgresStore implements Store {
  readonly descriptions: DescriptionStore;
  readonly #pool: pg.Pool;
  readonly #sql: Sql;
  readonly #retention: PostgresRetention;
  readonly #consumers: ConsumerState;
  readonly #takeover: TakeoverStore;
  readonly #readings: StoreReadings;

  constructor(
    readonly dataSource: DataSource,
    private readonly limits = defaultLimits,
  ) {
    this.#pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    if (!this.#pool.listeners('connect').includes(surviveErrors)) this.#pool.on('connect', surviveErrors);
    const sql = sqlOf(this.#pool, silenceMsOf(limits));
    this.#sql = async (text, values) => {
      try {
        return await sql(text, values);
      } catch (error) {
        throw storeError(error);
      }
    };
    this.#retention = new PostgresRetention(this.#sql);
    this.#consumers = new PostgresConsumerState(this.#sql);
    this.#takeover = new PostgresTakeover(this.#sql);
    this.descriptions = new PostgresDescriptions(this.#sql);
    this.#readings = new PostgresReadings(this.#sql);
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { result, unanswered } = await this.#attempt(work);
    if (!unanswered || (await wasCommitted(this.#sql, unanswered))) return result;
    throw new StoreUnavailable('unavailable', 'the connection broke before the commit', { cause: unanswered });
  }

  /** With `unanswered` set, the outcome of the commit is unknown. */
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
    let connection: PipelinedConnection | undefined;
    try {
      connection = new PipelinedConnection(client, this.limits, await serverEpochOf(client, silenceMsOf(this.limits)));
      const newCaller = (): CallerTransaction => new CallerTransaction(this.dataSource, client);
      const result = await work(new PostgresTransaction(connection, newCaller, this.limits));
      // crashpoint: store.before-commit
      const unanswered = await connection.commit();
      broken = unanswered;
      // crashpoint: store.after-commit
      return { result, unanswered };
    } catch (thrown) {
      const error = connection?.failure ?? thrown;
      if (isSilence(error) || needsFreshConnection(error)) broken = error as Error;
      if (!broken) await connection?.rollback().catch((failure: Error) => (broken = failure));
      throw storeError(error);
    } finally {
      client.off('error', onError);
      client.release(broken ?? false);
    }
  }

  async unsuitableSettings(): Promise<readonly string[]> {
    return unsuitableSettings(this.dataSource, this.#pool).catch((error: unknown) => {
      throw storeError(error);
    });
  }

  compareTables(declared: readonly DeclaredTable[]): Promise<TableFindings> {
    return compareTables(this.#sql, declared);
  }

  async lead(): Promise<RelaySession | undefined> {
    const client = new pg.Client({ ...connectionOptions(this.#pool), ...relayLimits, application_name: 'relay' });
    client.on('error', () => undefined); // The next query on it rejects.
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

  isUnused(): Promise<boolean> {
    return this.#takeover.isUnused();
  }

  takeOver(takeover: Takeover): Promise<boolean> {
    return this.#takeover.takeOver(takeover);
  }

  publishedEnds(): ReturnType<Store['publishedEnds']> {
    return publishedEnds(this.#sql);
  }

  reusedIdentities(): ReturnType<Store['reusedIdentities']> {
    return reusedIdentities(this.#sql);
  }

  notPublishedHere(records: readonly OwnRecord[]): Promise<ReadonlySet<string>> {
    return notPublishedHere(this.#sql, records);
  }

  notHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return notHandled(this.#sql, consumer, ids);
  }

  async outboxLag(): ReturnType<Store['outboxLag']> {
    const [row] = await this.#sql<{ rows: number; seconds: number; blocked: number }>(lag);
    if (!row) throw new Error('the database answered a count with no row');
    return row;
  }

  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMs: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]> {
    return claimEffects(this.#sql, names, limit, leaseMs, token);
  }

  renewEffects(ids: readonly string[], token: string, leaseMs: number): Promise<void> {
    return renewEffects(this.#sql, ids, token, leaseMs);
  }

  deadLetterEffect(id: string, token: string, error: string): Promise<void> {
    return deadLetterEffect(this.#sql, id, token, error);
  }

  retryEffect(id: string, token: string, inMs: number, error: string): Promise<void> {
    return retryEffect(this.#sql, id, token, inMs, error);
  }

  pendingEffects(): ReturnType<Store['pendingEffects']> {
    return pendingEffects(this.#sql);
  }

  dueTimeouts(limit: number, skip = 0): ReturnType<Store['dueTimeouts']> {
    return this.#sql<DueTimeout>(dueTimeouts, [limit, skip]);
  }

  async postponeTimeouts(ids: readonly string[], byMs: number): Promise<void> {
    await this.#sql(postponeTimeouts, [ids, byMs]);
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
    return this.#number(deadLetterCount);
  }

  deadLetters(): ReturnType<Store['deadLetters']> {
    return this.#readings.deadLetters();
  }

  openSagas(): ReturnType<Store['openSagas']> {
    return this.#readings.openSagas();
  }

  overdueTimeouts(): ReturnType<Store['overdueTimeouts']> {
    return this.#readings.overdueTimeouts();
  }

  async stuckSagas(): Promise<number> {
    return this.#number(stuckSagas);
  }

  async countAttempt(consumer: string, messageId: string): Promise<number> {
    return this.#number(countAttempt, [consumer, messageId]);
  }

  async countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number> {
    return this.#number(countStart, [consumer, topic, partition, offset.toString(), reach]);
  }

  async crashes(consumer: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#sql<{ id: string; crashes: number }>(crashes, [consumer, messageIds]);
    return new Map(rows.map((row) => [row.id, row.crashes]));
  }

  async countCrashes(consumer: string, messageIds: readonly string[]): Promise<void> {
    await this.#sql(countCrashes, [consumer, messageIds]);
  }

  async clearCrashes(consumer: string, messageIds: readonly string[]): Promise<void> {
    await this.#sql(clearCrashes, [consumer, messageIds]);
  }

  async clearStarts(consumer: string, partitions: readonly TopicPartition[]): Promise<void> {
    await this.#sql(clearStarts, [
      consumer,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
    ]);
  }

  now(): Promise<Date> {
    return this.#retention.now();
  }

  addInboxSample(consumer: string, sample: InboxSample): Promise<void> {
    return this.#retention.addInboxSample(consumer, sample);
  }

  inboxSamples(consumer: string): Promise<readonly InboxSample[]> {
    return this.#retention.inboxSamples(consumer);
  }

  raiseInboxHorizons(consumer: string, sample: InboxSample, marksBefore: Date): Promise<boolean> {
    return this.#retention.raiseInboxHorizons(consumer, sample, marksBefore);
  }

  inboxHorizons(): Promise<readonly InboxHorizon[]> {
    return this.#retention.inboxHorizons();
  }

  archiveHorizons(): Promise<readonly PartitionOffset[]> {
    return this.#retention.archiveHorizons();
  }

  prune(step: PruneStep): Promise<PrunedStep> {
    return this.#retention.prune(step);
  }

  tableSizes(): ReturnType<Store['tableSizes']> {
    return this.#retention.tableSizes();
  }

  decideStart(...args: Parameters<Store['decideStart']>): ReturnType<Store['decideStart']> {
    return this.#consumers.decideStart(...args);
  }

  decidedStarts(consumer: string): ReturnType<Store['decidedStarts']> {
    return this.#consumers.decidedStarts(consumer);
  }

  recordSkippedType(...args: Parameters<Store['recordSkippedType']>): Promise<void> {
    return this.#consumers.recordSkippedType(...args);
  }

  skippedTypes(consumer: string): ReturnType<Store['skippedTypes']> {
    return this.#consumers.skippedTypes(consumer);
  }

  forgetSkippedTypes(...args: Parameters<Store['forgetSkippedTypes']>): Promise<void> {
    return this.#consumers.forgetSkippedTypes(...args);
  }

  async #number(text: string, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.#sql<{ n: number }>(text, values);
    if (!row) throw new Error('the database answered a count with no row');
    return row.n;
  }
}
