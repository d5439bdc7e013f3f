import type { PartitionOffset } from '../../ports/kafka-client.js';
import type {
  InboxHorizon,
  InboxSample,
  PrunedStep,
  PrunedTable,
  PruneStep,
  RetentionStore,
} from '../../ports/retention.js';
import { libraryTables } from './migrations.js';
import { offsetColumns } from './offset-columns.js';
import type { Sql } from './sql.js';

const now = `select now() as now`;
const addSample = `insert into msg_inbox_samples (consumer, sampled_at, ends) values ($1, $2, $3) on conflict do nothing`;
const samples = `select sampled_at as at, ends from msg_inbox_samples where consumer = $1 order by sampled_at`;
/**
 * A replay that was killed is left in the state "running": it saves its progress every second. Half of the time between the pruned marks
 * and the sample is left for messages that wait in an outbox, the other half for clocks that differ.
 */
const raise = `
with raised as (
  insert into msg_inbox_horizons as h (consumer, topic, partition, record_offset, marks_before, sampled_at, made_before, made_after)
  select $1, topic, partition, record_offset, $3::timestamptz, $2::timestamptz, $3::timestamptz + ($2::timestamptz - $3::timestamptz) / 2, $2::timestamptz + ($2::timestamptz - $3::timestamptz) / 2 from unnest($4::text[], $5::int[], $6::bigint[]) as w(topic, partition, record_offset)
  where not exists (select 1 from msg_replays where consumer = $1 and state = 'running' and updated_at > now() - interval '1 hour')
  order by topic, partition
  on conflict (consumer, topic, partition) do update
  set record_offset = excluded.record_offset, marks_before = excluded.marks_before, sampled_at = excluded.sampled_at,
    made_before = excluded.made_before, made_after = excluded.made_after, raised_at = now()
  where h.record_offset <= excluded.record_offset and h.sampled_at < excluded.sampled_at returning 1),
removed as (delete from msg_inbox_samples where consumer = $1 and sampled_at <= $2 and exists (select 1 from raised))
select count(*)::int as n from raised`;
const horizons = `select consumer, topic, partition, record_offset as offset, marks_before as "marksBefore", sampled_at as "sampledAt" from msg_inbox_horizons`;
const archiveHorizons = `select topic, partition, record_offset as offset from msg_archive_horizons`;
const sizes = `select relname as table, pg_total_relation_size(oid)::float8 as bytes from pg_class
where oid = any(array(select to_regclass(name) from unnest($1::text[]) as t(name))) order by 1`;

/**
 * Each statement looks at the next rows in the order of the primary key, so that none needs an index of its own, and skips rows that
 * others have locked. `walked` returns the last of these rows.
 */
const inbox = `
with walked as (select message_id, ordering_key, received_at from msg_inbox where consumer = $1 and ($2::uuid is null or message_id > $2::uuid) order by message_id limit $3),
settled as materialized (select topic, min(marks_before) as marks_before, max(raised_at) as raised_at from msg_inbox_horizons where consumer = $1 group by topic),
old as (select w.message_id from walked w join settled s on s.topic = split_part(w.ordering_key, E'\\n', 1)
  where w.received_at < s.marks_before and s.raised_at <= now() - $4::float8 * interval '1 millisecond'),
locked as (select message_id from msg_inbox where consumer = $1 and message_id = any(array(select message_id from old)) for update skip locked),
removed as (delete from msg_inbox where consumer = $1 and message_id = any(array(select message_id from locked)) returning 1)
select (select count(*) from removed)::int as removed, (select count(*) from walked)::int as walked,
  (select message_id::text from walked order by message_id desc limit 1) as after`;
const archive = `
with walked as (select position, topic, partition, record_offset, published_at from msg_outbox_archive where position > coalesce($1::bigint, -1) order by position limit $2),
old as (select w.position from walked w join unnest($4::text[], $5::int[], $6::bigint[]) as p(topic, partition, record_offset) on w.topic = p.topic and w.partition = p.partition
  where w.published_at < $3 and w.record_offset >= p.record_offset),
removed as (delete from msg_outbox_archive where position = any(array(select position from old)) returning topic, partition, record_offset),
horizons as (insert into msg_archive_horizons as h (topic, partition, record_offset) select topic, partition, max(record_offset) + 1 from removed group by 1, 2 order by 1, 2
  on conflict (topic, partition) do update set record_offset = greatest(h.record_offset, excluded.record_offset))
select (select count(*) from removed)::int as removed, (select count(*) from walked)::int as walked,
  (select position::text from walked order by position desc limit 1) as after`;
const effects = `
with walked as (select id, done_at from msg_effects where $1::uuid is null or id > $1::uuid order by id limit $2),
removed as (delete from msg_effects e using walked w where e.id = w.id and w.done_at < $3 returning 1)
select (select count(*) from removed)::int as removed, (select count(*) from walked)::int as walked,
  (select id::text from walked order by id desc limit 1) as after`;
const sagaHistory = `
with walked as (select id, saga_id from msg_saga_history where $1::uuid is null or id > $1::uuid order by id limit $2),
removed as (delete from msg_saga_history h using walked w join msg_sagas s on s.id = w.saga_id
  where h.id = w.id and s.status not in ('running', 'compensating') and s.updated_at < $3 returning 1)
select (select count(*) from removed)::int as removed, (select count(*) from walked)::int as walked,
  (select id::text from walked order by id desc limit 1) as after`;
const idempotency = `
with walked as (select scope, route, key, claimed_at from msg_idempotency
  where $1::jsonb is null or (scope, route, key) > ($1::jsonb ->> 0, $1::jsonb ->> 1, $1::jsonb ->> 2) order by scope, route, key limit $2),
removed as (delete from msg_idempotency i using walked w where (i.scope, i.route, i.key) = (w.scope, w.route, w.key) and w.claimed_at < $3 returning 1)
select (select count(*) from removed)::int as removed, (select count(*) from walked)::int as walked,
  (select json_build_array(scope, route, key)::text from walked order by scope desc, route desc, key desc limit 1) as after`;

const statements: Readonly<Record<Exclude<PrunedTable, 'msg_inbox' | 'msg_outbox_archive'>, string>> = {
  msg_effects: effects,
  msg_saga_history: sagaHistory,
  msg_idempotency: idempotency,
};

interface RawOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}
const withOffset = <R extends RawOffset>(row: R): Omit<R, 'offset'> & PartitionOffset => ({
  ...row,
  offset: BigInt(row.offset),
});

/** Samples, horizons and pruning on PostgreSQL. */
export class PostgresRetention implements RetentionStore {
  constructor(private readonly sql: Sql) {}

  async now(): Promise<Date> {
    const [row] = await this.sql<{ now: Date }>(now);
    if (!row) throw new Error('the database answered with no row');
    return row.now;
  }

  async addInboxSample(consumer: string, { at, ends }: InboxSample): Promise<void> {
    const json = ends.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() }));
    await this.sql(addSample, [consumer, at, JSON.stringify(json)]);
  }

  async inboxSamples(consumer: string): Promise<readonly InboxSample[]> {
    const rows = await this.sql<{ at: Date; ends: readonly RawOffset[] }>(samples, [consumer]);
    return rows.map(({ at, ends }) => ({ at, ends: ends.map(withOffset) }));
  }

  async raiseInboxHorizons(consumer: string, { at, ends }: InboxSample, marksBefore: Date): Promise<boolean> {
    const [row] = await this.sql<{ n: number }>(raise, [consumer, at, marksBefore, ...offsetColumns(ends)]);
    return (row?.n ?? 0) > 0;
  }

  async inboxHorizons(): Promise<readonly InboxHorizon[]> {
    return (await this.sql<Omit<InboxHorizon, 'offset'> & RawOffset>(horizons)).map(withOffset);
  }

  async archiveHorizons(): Promise<readonly PartitionOffset[]> {
    return (await this.sql<RawOffset>(archiveHorizons)).map(withOffset);
  }

  async prune(step: PruneStep): Promise<PrunedStep> {
    const { rows: limit } = step;
    const [row] = await this.sql<{ removed: number; walked: number; after: string | null }>(...statementOf(step));
    if (!row) throw new Error('the database answered with no row');
    return { removed: row.removed, after: row.walked < limit ? null : row.after };
  }

  tableSizes(): ReturnType<RetentionStore['tableSizes']> {
    return this.sql<{ table: string; bytes: number }>(sizes, [libraryTables]);
  }
}

function statementOf({
  table,
  rows,
  after,
  before,
  consumer,
  settledMs = 0,
  partitions = [],
}: PruneStep): [string, unknown[]] {
  switch (table) {
    case 'msg_inbox':
      return [inbox, [consumer, after, rows, settledMs]];
    case 'msg_outbox_archive':
      return [archive, [after, rows, before, ...offsetColumns(partitions)]];
    default:
      return [statements[table], [after, rows, before]];
  }
}
