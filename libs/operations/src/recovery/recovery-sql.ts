/** Connections of the service itself: psql and the tradewind tools only read. */
export const selectOtherConnections = `
select distinct coalesce(nullif(application_name, ''), 'a connection without a name') as name from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and application_name <> current_setting('application_name')
and application_name <> 'psql' and application_name not like 'tradewind-%' order by 1`;

// The archive of the outbox

export const archivePageSize = 1_000;
export const selectArchivePage = `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, true as archived,
  partition, record_offset as offset
from msg_outbox_archive where position > $1 order by position limit ${archivePageSize}`;
export const selectArchiveHorizons = `select topic, partition, record_offset as offset from msg_archive_horizons order by 1, 2`;
export const countArchive = `select count(*)::int as n from msg_outbox_archive`;
export const updateArchivedOffsets = `
update msg_outbox_archive a set partition = w.partition, record_offset = w.record_offset
from unnest($1::bigint[], $2::int[], $3::bigint[]) as w(position, partition, record_offset)
where a.position = w.position and (a.partition <> w.partition or a.record_offset <> w.record_offset)`;
export const upsertPublishedEnds = `
insert into msg_published_offsets (topic, partition, next_offset) select * from unnest($1::text[], $2::int[], $3::bigint[])
on conflict (topic, partition) do update set next_offset = excluded.next_offset`;
export const upsertPartitionCount = `
insert into msg_topics (topic, partitions, previous_ends) values ($1, $2, $3::bigint[])
on conflict (topic) do update set partitions = excluded.partitions, previous_ends = excluded.previous_ends`;
export const selectUnpublished = `
select id, topic, key, type, version, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, archived from msg_outbox order by position`;

// Horizons

/** Says nothing about marks: none is pruned because of it. */
export const upsertInboxHorizons = `
insert into msg_inbox_horizons as h (consumer, topic, partition, record_offset, marks_before, sampled_at, made_before, made_after)
select $1, topic, partition, record_offset, 'epoch', now(), 'epoch', now() + interval '1 hour' from unnest($2::text[], $3::int[], $4::bigint[]) as w(topic, partition, record_offset)
on conflict (consumer, topic, partition) do update set record_offset = excluded.record_offset, made_after = excluded.made_after, raised_at = now()`;
/** Offsets of a topic that was published again are others. */
export const moveInboxHorizons = `
update msg_inbox_horizons h set record_offset = w.record_offset, sampled_at = now(), made_after = now() + interval '1 hour', raised_at = now()
from unnest($2::text[], $3::int[], $4::bigint[]) as w(topic, partition, record_offset)
where h.consumer = $1 and h.topic = w.topic and h.partition = w.partition`;
export const deleteInboxSamples = `delete from msg_inbox_samples where consumer = $1`;

// Crash loops

export const resetStarts = `update msg_consumer_starts set times = 0`;

// The rows of a service

export const selectTablesExcept = `
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = current_schema() and c.relname <> all($1::text[]) order by 1`;
/** Tables about the database itself, not about the service: they stay. */
export const preservedTables = ['msg_operator_actions', 'msg_relay', 'msg_replays', 'msg_descriptions'];
export const disableTriggers = (table: string): string => `alter table ${table} disable trigger user`;
export const enableTriggers = (table: string): string => `alter table ${table} enable trigger user`;
export const truncate = (tables: readonly string[]): string => `truncate ${tables.join(', ')}`;
export const checkConstraintsNow = `set constraints all immediate`;

export const insertArchive = `
insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset, published_at)
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers::jsonb, partition, record_offset, occurred_at
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::int[], $15::bigint[])
  as r(position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset)`;
export const setNextOutboxPosition = `select setval(pg_get_serial_sequence('msg_outbox', 'position'), $1::bigint)`;
export const insertSequences = `insert into msg_sequences (topic, key, last) select * from unnest($1::text[], $2::text[], $3::bigint[])`;
export const insertInbox = `insert into msg_inbox (consumer, message_id, ordering_key) select * from unnest($1::text[], $2::uuid[], $3::text[]) order by 1, 2 on conflict do nothing`;
export const insertAnswers = `
insert into msg_idempotency (scope, route, key, body_hash, answer, claimed_at)
select scope, route, key, body_hash, answer::jsonb, claimed_at
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) as r(scope, route, key, body_hash, answer, claimed_at)`;
export const insertEffects = `
insert into msg_effects (id, name, key, payload, cause, correlation) select id, name, key, payload::jsonb, cause, correlation
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[]) with ordinality as e(id, name, key, payload, cause, correlation, place) order by place`;
export const insertTimeouts = `
insert into msg_timeouts (id, saga_id, name, timeout_ms, started_by, due_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[], $6::timestamptz[])`;

// Backups

export const tableExists = `select to_regclass($1) is not null as exists`;
export const selectJson = (table: string): string => `select to_jsonb(t) as row from ${table} t`;
/** Foreign keys of a table. */
export const selectReferences = `
select a.attname as "column", c.confrelid::regclass::text as "table", f.attname as "key"
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] join pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]
where c.contype = 'f' and c.conrelid = $1::regclass`;
export interface Reference {
  readonly column: string;
  readonly table: string;
  readonly key: string;
}
/** Inserts only rows whose references exist. */
export const insertJson = (table: string, references: readonly Reference[]): string => {
  const conditions = references.map((to) => `exists (select 1 from ${to.table} o where o.${to.key} = r.${to.column})`);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  return `insert into ${table} select r.* from jsonb_populate_recordset(null::${table}, $1::jsonb) r ${where} on conflict do nothing returning 1`;
};

/** One hash a row. */
export const selectRowHashes = (table: string): string =>
  `select md5(to_jsonb(t)::text) as hash from "${table.replaceAll('"', '""')}" t order by 1`;
