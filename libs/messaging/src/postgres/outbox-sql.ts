import type { OutboxRow } from '../store/store.js';
import type { Sql } from './sql.js';

const number = `
with wanted as (select topic, key, count(*) as n from unnest($1::text[], $2::text[]) as w(topic, key) group by topic, key order by topic, key)
insert into msg_sequences as s (topic, key, last) select topic, key, n from wanted order by topic, key
on conflict (topic, key) do update set last = s.last + excluded.last
returning s.topic, s.key, s.last`;

const append = `
insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, archived)
select id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers::jsonb, archived
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::bool[])
  with ordinality as o(id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, archived, place)
order by place`;

const lane = (topic: string, key: string): string => `${topic}\n${key}`;

/**
 * Numbers the rows per topic and key and appends them. The row of a sequence stays locked until the commit, so that
 * positions in the outbox rise in the order of commits for each key: what lets the relay go without a cursor.
 */
export async function appendOutbox(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  const next = new Map<string, bigint>();
  const counts = new Map<string, bigint>();
  for (const row of rows) counts.set(lane(row.topic, row.key), (counts.get(lane(row.topic, row.key)) ?? 0n) + 1n);
  const numbered = await sql<{ topic: string; key: string; last: string }>(number, [rows.map((row) => row.topic), rows.map((row) => row.key)]);
  // crashpoint: outbox.after-numbers
  for (const { topic, key, last } of numbered) next.set(lane(topic, key), BigInt(last) - counts.get(lane(topic, key))! + 1n);
  const sequences = rows.map((row) => {
    const sequence = next.get(lane(row.topic, row.key))!;
    next.set(lane(row.topic, row.key), sequence + 1n);
    return sequence.toString();
  });
  await sql(append, [
    rows.map((row) => row.id),
    rows.map((row) => row.topic),
    rows.map((row) => row.key),
    rows.map((row) => row.type),
    rows.map((row) => row.version),
    sequences,
    rows.map((row) => row.payload),
    rows.map((row) => row.causation),
    rows.map((row) => row.correlation),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.occurredAt.toISOString()),
    rows.map((row) => (row.headers === null ? null : JSON.stringify(row.headers))),
    rows.map((row) => row.archived),
  ]);
  // crashpoint: outbox.after-insert
}
