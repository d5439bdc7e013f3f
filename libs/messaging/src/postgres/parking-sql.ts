import type { ParkedMessage, ParkReason } from '../store/store.js';
import type { Sql } from './sql.js';

const openLane = `
insert into msg_parked_lanes (consumer, lane, key, state, cause, detail, tries)
select c, l, k, 'parked', $4, $5, $6 from unnest($1::text[], $2::text[], $3::text[]) as u(c, l, k) order by c, l
on conflict (consumer, lane) do update set state = 'parked', cause = excluded.cause, detail = excluded.detail, tries = excluded.tries`;

const keep = `
insert into msg_parked (consumer, message_id, lane, topic, partition, record_offset, key, value, headers)
select consumer, message_id, lane, topic, partition, record_offset, key, value, headers::jsonb
from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::bytea[], $9::text[])
  with ordinality as p(consumer, message_id, lane, topic, partition, record_offset, key, value, headers, place)
order by place
on conflict (consumer, message_id) do nothing`;

const next = `
select consumer, message_id as "messageId", lane, topic, partition, record_offset as "recordOffset", key, value, headers
from msg_parked where consumer = $1 and lane = $2 order by place limit 1`;

const lockLane = `select state from msg_parked_lanes where consumer = $1 and lane = $2 for update`;
const closeLane = `delete from msg_parked_lanes where consumer = $1 and lane = $2`;
const unpark = `delete from msg_parked where consumer = $1 and message_id = $2 returning 1 as gone`;
const markOne = `insert into msg_inbox (consumer, message_id, lane) values ($1, $2, $3) on conflict do nothing returning 1 as marked`;

export async function parkMessages(
  sql: Sql,
  messages: readonly ParkedMessage[],
  reason: ParkReason | null,
): Promise<void> {
  if (messages.length === 0) return;
  if (reason) {
    const first = messages[0]!;
    await sql(openLane, [[first.consumer], [first.lane], [first.key], reason.cause, reason.detail, reason.tries]);
  }
  await sql(keep, [
    messages.map((message) => message.consumer),
    messages.map((message) => message.messageId),
    messages.map((message) => message.lane),
    messages.map((message) => message.topic),
    messages.map((message) => message.partition),
    messages.map((message) => message.offset.toString()),
    messages.map((message) => message.key),
    messages.map((message) => message.value),
    messages.map((message) => JSON.stringify(message.headers)),
  ]);
}

/** Looks for the lane's first message under the lane's lock; an empty lane is opened again in the same transaction. */
export async function nextReleased(sql: Sql, consumer: string, lane: string): Promise<ParkedMessage | null> {
  const [held] = await sql<{ state: string }>(lockLane, [consumer, lane]);
  if (held?.state !== 'releasing') return null;
  const [row] = await sql<Omit<ParkedMessage, 'offset'> & { recordOffset: string }>(next, [consumer, lane]);
  if (row) {
    const { recordOffset, ...rest } = row;
    return { ...rest, offset: BigInt(recordOffset) };
  }
  await sql(closeLane, [consumer, lane]);
  return null;
}

/** The inbox mark of a message that passes its parked lane, together with its leaving the lane. */
export async function markReleased(sql: Sql, consumer: string, id: string, lane: string): Promise<boolean> {
  const [gone] = await sql(unpark, [consumer, id]);
  if (!gone) return false;
  const [marked] = await sql(markOne, [consumer, id, lane]);
  return marked !== undefined;
}
