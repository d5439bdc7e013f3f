import type { InboxMark, Transaction } from '../../ports/store.js';
import { StoreUnavailable } from '../../ports/errors.js';
import type { Sql } from './sql.js';

/** `horizons` is empty in a database that never pruned its inbox; then nothing of the places is read. */
const mark = `
with horizons as materialized (
  select topic, partition, record_offset, made_before, made_after from msg_inbox_horizons where consumer = $1),
placed as (select id, ordering_key, partition, record_offset, made_at from unnest($2::uuid[], $3::text[], $4::int[], $5::bigint[], $6::bigint[]) as w(id, ordering_key, partition, record_offset, made_at)),
compared as (
  select p.id, p.record_offset < h.record_offset as is_before,
    case when p.record_offset < h.record_offset then to_timestamp(p.made_at / 1000.0) > h.made_after else to_timestamp(p.made_at / 1000.0) < h.made_before end as is_doubtful
  from horizons h join placed p on h.topic = split_part(p.ordering_key, E'\\n', 1) and h.partition = p.partition),
wanted as (select id, ordering_key from placed where id not in (select id from compared where is_before or is_doubtful)),
blocked as (select ordering_key from msg_blocked_keys where consumer = $1 and ordering_key = any($3::text[])),
marked as (
  insert into msg_inbox (consumer, message_id, ordering_key)
  select $1, id, ordering_key from wanted where ordering_key not in (select ordering_key from blocked) order by id
  on conflict (consumer, message_id) do nothing returning message_id)
select message_id::text as id, 'marked' as is from marked
union all select id::text, 'blocked' from wanted where ordering_key in (select ordering_key from blocked)
union all select id::text, 'doubtful' from compared where is_doubtful`;

const lockBlockedKeys = `select ordering_key from msg_blocked_keys where consumer = $1 and ordering_key = any($2::text[]) order by ordering_key for update`;
const alreadyMarked = `select message_id::text as id from msg_inbox where consumer = $1 and message_id = any($2::uuid[])`;

/** Marks messages in one statement, and locks the blocked keys of those that wait behind a dead letter. */
export async function markInbox(
  sql: Sql,
  consumer: string,
  marks: readonly InboxMark[],
): ReturnType<Transaction['mark']> {
  const rows = await sql<{ id: string; is: 'marked' | 'blocked' | 'doubtful' }>(mark, [
    consumer,
    marks.map((each) => each.id),
    marks.map((each) => each.orderingKey),
    marks.map((each) => each.place?.partition ?? null),
    marks.map((each) => each.place?.offset.toString() ?? null),
    marks.map((each) => each.place?.createdAt?.toString() ?? null),
  ]);
  // crashpoint: inbox.after-mark
  const idsOf = (is: string): Set<string> => new Set(rows.filter((row) => row.is === is).map(({ id }) => id));
  const [marked, blocked, doubtful] = [idsOf('marked'), idsOf('blocked'), idsOf('doubtful')];
  if (blocked.size > 0) await keepBlocked(sql, consumer, marks, blocked);
  if (doubtful.size > 0)
    for (const { id } of await sql<{ id: string }>(alreadyMarked, [consumer, [...doubtful]])) doubtful.delete(id);
  const duplicates = marks.map(({ id }) => id).filter((id) => !marked.has(id) && !blocked.has(id) && !doubtful.has(id));
  return { duplicates: new Set(duplicates), blocked, doubtful };
}

/** A key that was unblocked between the read and the lock is retried by the caller. A message handled before its key was blocked is a duplicate. */
async function keepBlocked(
  sql: Sql,
  consumer: string,
  marks: readonly InboxMark[],
  blocked: Set<string>,
): Promise<void> {
  const keys = [...new Set(marks.filter(({ id }) => blocked.has(id)).map(({ orderingKey }) => orderingKey))];
  const locked = await sql<object>(lockBlockedKeys, [consumer, keys]);
  if (locked.length < keys.length)
    throw new StoreUnavailable('serialization', 'a key was unblocked concurrently: the batch is retried');
  for (const { id } of await sql<{ id: string }>(alreadyMarked, [consumer, [...blocked]])) blocked.delete(id);
}
