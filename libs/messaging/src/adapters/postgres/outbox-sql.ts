import { orderingKeyOf } from '../../ports/kafka-client.js';
import type { OutboxAppender } from '../../ports/store.js';

const assignSequences = `
with counts as (select topic, key, count(*) as n from unnest($1::text[], $2::text[]) as r(topic, key) group by topic, key)
insert into msg_sequences as s (topic, key, last) select topic, key, n from counts order by topic, key
on conflict (topic, key) do update set last = s.last + excluded.last`;

/** `before_last`: the number of rows of the same topic and key that follow in the same statement. */
const append = `
insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, archived)
select id, topic, key, type, version, s.last - before_last, payload, causation, correlation, traceparent, occurred_at, headers::jsonb, archived
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::bool[])
  with ordinality as o(id, topic, key, type, version, before_last, payload, causation, correlation, traceparent, occurred_at, headers, archived, number)
join msg_sequences s using (topic, key)
order by number`;

/**
 * Numbers the rows per topic and key and appends them. The row of a sequence stays locked until the commit, so for each key the
 * positions in the outbox rise in commit order. That is why the relay needs no cursor. Statements run in the order of the calls.
 */
export const appendOutbox: OutboxAppender = async (query, rows) => {
  if (rows.length === 0) return;
  const after = new Map<string, number>();
  const beforeLast = rows.map(() => 0);
  for (const [at, row] of [...rows.entries()].reverse()) {
    const orderingKey = orderingKeyOf(row);
    const count = after.get(orderingKey) ?? 0;
    beforeLast[at] = count;
    after.set(orderingKey, count + 1);
  }
  await query(assignSequences, [rows.map((row) => row.topic), rows.map((row) => row.key)]);
  // crashpoint: outbox.after-numbers
  await query(append, [
    rows.map((row) => row.id),
    rows.map((row) => row.topic),
    rows.map((row) => row.key),
    rows.map((row) => row.type),
    rows.map((row) => row.version),
    beforeLast,
    rows.map((row) => row.payload),
    rows.map((row) => row.causation),
    rows.map((row) => row.correlation),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.occurredAt),
    rows.map((row) => (row.headers === null ? null : JSON.stringify(row.headers))),
    rows.map((row) => row.archived),
  ]);
  // crashpoint: outbox.after-insert
};
