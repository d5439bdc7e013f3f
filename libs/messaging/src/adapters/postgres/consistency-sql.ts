import type { TopicPartition } from '../../ports/kafka-client.js';
import type { OwnRecord, ReusedIdentity } from '../../ports/store.js';
import type { Sql } from './sql.js';

/** Rows of the archive that are searched for a record that was published twice: its other copy is not older. */
const recentRows = 200_000;

const publishedEndsSql = `select topic, partition, next_offset as offset from msg_published_offsets`;

/** For records of compacted topics only the last sequence of the key is known. */
const unknownRecords = `
select r.id::text as id from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bool[]) as r(id, topic, key, sequence, archived)
where not exists (select 1 from msg_outbox o where o.id = r.id)
and not exists (select 1 from msg_outbox_archive a where a.id = r.id and a.position > (select coalesce(max(position), 0) - ${recentRows} from msg_outbox_archive))
and (archived or not exists (select 1 from msg_sequences s where s.topic = r.topic and s.key = r.key and s.last >= r.sequence))`;

const unknownMessages = `
select id::text as id from unnest($2::uuid[]) as m(id)
where not exists (select 1 from msg_inbox i where i.consumer = $1 and i.message_id = m.id)
and not exists (select 1 from msg_dead_letters d where d.consumer = $1 and d.message_id = m.id)`;

/** The last number is read first: a number that is generated meanwhile is not in the table yet. */
const reusedIdentitiesSql = `
with last as materialized (
  select t."table", t."column", coalesce(pg_sequence_last_value(pg_get_serial_sequence(t."table", t."column")::regclass), 0) as last
  from (values ('msg_outbox', 'position'), ('msg_dead_letters', 'position'), ('msg_effects', 'position')) as t("table", "column")),
used as (
  select 'msg_outbox' as "table", greatest((select max(position) from msg_outbox), (select max(position) from msg_outbox_archive)) as used
  union all select 'msg_dead_letters', (select max(position) from msg_dead_letters)
  union all select 'msg_effects', (select max(position) from msg_effects where done_at is null))
select "table", "column", last::text, used::text from last join used using ("table") where used > last order by "table" desc`;

/** Rows that were added to the outbox since the restore need other positions. */
const remedyOf = ({ table, column, used }: { table: string; column: string; used: string }): string =>
  `alter table ${table} alter column ${column} restart with ${BigInt(used) + 1n}${table === 'msg_outbox' ? `; ${moveReused}` : ''}`;
const moveReused = `update msg_outbox set position = default where position in (select position from msg_outbox_archive)`;

export async function reusedIdentities(sql: Sql): Promise<ReusedIdentity[]> {
  const rows = await sql<{ table: string; column: string; last: string; used: string }>(reusedIdentitiesSql);
  return rows.map((row) => ({ ...row, last: BigInt(row.last), used: BigInt(row.used), remedy: remedyOf(row) }));
}

export async function publishedEnds(sql: Sql): Promise<(TopicPartition & { readonly offset: bigint })[]> {
  return (await sql<TopicPartition & { readonly offset: string }>(publishedEndsSql)).map((row) => ({
    ...row,
    offset: BigInt(row.offset),
  }));
}

export async function notPublishedHere(sql: Sql, records: readonly OwnRecord[]): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }>(unknownRecords, [
    records.map(({ id }) => id),
    records.map(({ topic }) => topic),
    records.map(({ key }) => key),
    records.map(({ sequence }) => sequence.toString()),
    records.map(({ archived }) => archived),
  ]);
  return new Set(rows.map(({ id }) => id));
}

export async function notHandled(sql: Sql, consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await sql<{ id: string }>(unknownMessages, [consumer, ids])).map(({ id }) => id));
}
