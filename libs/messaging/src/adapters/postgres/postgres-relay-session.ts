import type { Duplex } from 'node:stream';
import type { Client } from 'pg';
import { Transient } from '@tradewind/kernel';
import type { Topic } from '../../message/index.js';
import type { PublishedRow, RelaySession, UnpublishedRow, PartitionCount } from '../../ports/store.js';
import { OffsetMismatch } from '../../ports/errors.js';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import {
  increasePartitionCount,
  partitionCountOf,
  declaredPartitionCounts,
  type RawPartitionCount,
} from './partition-counts-sql.js';
import { statementOf } from './sql.js';

/** With the id of its schema's table, the advisory lock of the leader: two services can share a database, each in a schema of its own. */
const lockKey = 1_695_935;
export const notifyChannel = 'msg_outbox';

/** Limits after which the leader considers its session lost. Milliseconds. */
export const relayLimits = {
  connectionTimeoutMillis: 5_000,
  query_timeout: 8_000,
  statement_timeout: 6_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
};
/**
 * The server releases the lock 15 s after the last statement of the leader, whether the leader stopped, froze or lost its network. The leader
 * takes rows every second, and waits at most 12 s for the broker.
 */
const sessionTimeouts = `set session characteristics as transaction isolation level read committed; set idle_session_timeout = 15000; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3; set tcp_user_timeout = 14000`;
/**
 * A plan outlives the statistics with which it was made. An outbox is often empty when it is analysed; a plan from then would scan the
 * whole table for each batch, with all rows deleted since the last vacuum. So rows are found by index, and no table is joined.
 */
const plans = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_nestloop = off; set enable_mergejoin = off`;
const closeTimeoutMs = 1_000;

const tryLock = `select pg_try_advisory_lock(($1::bigint << 32) | 'msg_relay'::regclass::oid::bigint) as locked`;
const nextEpoch = `update msg_relay set epoch = epoch + 1 returning epoch`;
const take = `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, archived
from msg_outbox
where (topic, key) not in (select topic, key from msg_outbox_blocked_keys)
order by position limit $1`;
const markPublished = `
with fenced as (select 1 from msg_relay where epoch = $4 for share),
removed as (delete from msg_outbox where position = any($1::bigint[]) and exists (select 1 from fenced) returning *),
published as (select * from removed join unnest($1::bigint[], $2::int[], $3::bigint[]) as r(position, partition, record_offset) using (position)),
archived as (insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset)
  select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from published where archived),
ends as (insert into msg_published_offsets as known (topic, partition, next_offset)
  select topic, partition, max(record_offset) + 1 from published group by topic, partition order by topic, partition
  on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)),
started as (update msg_timeouts set due_at = now() + timeout_ms * interval '1 millisecond' where started_by = any(array(select id from removed)) and due_at is null),
scheduled as (insert into msg_effects (id, name, key, payload, cause, correlation, trace)
  select md5(e.id || ' ' || p.id)::uuid, e.effect, e.id, jsonb_build_object('target', e.id, 'id', p.id, 'type', p.type, 'version', p.version, 'topic', p.topic, 'key', p.key,
    'sequence', p.sequence, 'occurredAt', to_char(p.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'payload', p.payload), p.causation, p.correlation,
    case when p.traceparent is not null then jsonb_strip_nulls(jsonb_build_object('traceparent', p.traceparent, 'tracestate', p.headers->'tracestate', 'baggage', p.headers->'baggage')) end
  from published p join msg_publication_effects e on e.topic = p.topic and e.types ? p.type order by p.position
  on conflict (id) do nothing)
select count(*)::int as marked from published`;
const block = `insert into msg_outbox_blocked_keys (topic, key, position, reason) values ($1, $2, $3, $4) on conflict do nothing`;

/** Another process leads now: this one must not mark anything. */
export class RelayFenced extends Error {
  override readonly name = 'RelayFenced';
}

interface RawRow extends Omit<UnpublishedRow, 'position' | 'sequence'> {
  readonly position: string;
  readonly sequence: string;
}

/**
 * Leadership on a connection of its own. Taking and marking run in the session that holds the lock, so a lost session can mark
 * nothing; the epoch fences a leader that was frozen while it lost the lock.
 */
export class PostgresRelaySession implements RelaySession {
  #lost: Error | undefined;

  private constructor(
    private readonly client: Client,
    readonly epoch: bigint,
  ) {}

  static async open(client: Client): Promise<RelaySession | undefined> {
    await client.query(`${sessionTimeouts}; ${plans}`);
    const { rows } = await client.query<{ locked: boolean }>(tryLock, [lockKey]);
    if (!rows[0]?.locked) return undefined;
    // crashpoint: relay.after-lock
    const { rows: epochs } = await client.query<{ epoch: string }>(nextEpoch);
    const [next] = epochs;
    if (!next) throw new Error('the table msg_relay has no row: it was emptied, and no leader can get an epoch');
    const session = new PostgresRelaySession(client, BigInt(next.epoch));
    client.on('error', (error) => (session.#lost = error));
    client.on('end', () => (session.#lost ??= new Error('the connection ended')));
    await client.query(`listen ${notifyChannel}`);
    return session;
  }

  async take(limit: number): Promise<readonly UnpublishedRow[]> {
    const { rows } = await this.#query<RawRow>(take, [limit]);
    return rows.map((row) => ({ ...row, position: BigInt(row.position), sequence: BigInt(row.sequence) }));
  }

  async mark(published: readonly PublishedRow[]): Promise<void> {
    const { rows } = await this.#query<{ marked: number }>(markPublished, [
      published.map((row) => row.position),
      published.map((row) => row.partition),
      published.map((row) => row.offset),
      this.epoch.toString(),
    ]).catch((error: unknown) => {
      throw rejectArchived(error);
    });
    const marked = rows[0]?.marked ?? 0;
    if (marked !== published.length)
      throw new RelayFenced(`${published.length} rows were published, ${marked} could be marked`);
  }

  async partitionCounts(declared: readonly Topic[]): Promise<readonly PartitionCount[]> {
    const { rows } = await this.#query<RawPartitionCount>(declaredPartitionCounts, [
      declared.map(({ name }) => name),
      declared.map(({ partitions }) => partitions),
    ]);
    return rows.map(partitionCountOf);
  }

  async increasePartitions({
    topic,
    partitions,
    previousEnds,
  }: Omit<PartitionCount, 'increasingTo'>): Promise<boolean> {
    const { rows } = await this.#query(increasePartitionCount, [
      topic,
      partitions,
      previousEnds,
      this.epoch.toString(),
    ]);
    return rows.length === 1;
  }

  async block(row: UnpublishedRow, reason: string): Promise<void> {
    await this.#query(block, [row.topic, row.key, row.position.toString(), reason]);
  }

  onNotify(call: () => void): void {
    this.client.on('notification', call);
  }

  /** Does not wait for a server that is silent: it releases the lock by itself. */
  close(): Promise<void> {
    return endWithTimeout(this.client);
  }

  async #query<R extends object>(text: string, values: readonly unknown[]): Promise<{ rows: R[] }> {
    if (this.#lost) throw new Transient('the session of the relay is lost', { cause: this.#lost });
    return this.client.query<R>(statementOf(text, values));
  }
}

/** The row was published and would be published without end, because it can never be archived. */
function rejectArchived(error: unknown): unknown {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code !== '23505' || constraint !== 'msg_outbox_archive_pkey') return error;
  return new OffsetMismatch(
    'the outbox has a position that its archive has too: the database was restored incompletely',
    {
      cause: error,
    },
  );
}

/** Ends a connection. Destroys the socket when the server does not answer. */
export async function endWithTimeout(client: Client): Promise<void> {
  const ended = await withTimeout(
    systemTimers,
    closeTimeoutMs,
    client.end().then(
      () => true,
      () => true,
    ),
    false,
  );
  if (!ended) (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}
