import type { DeadLetter, DeadLetterReason } from '../../ports/store.js';
import { safeText } from './safe-text.js';
import type { Sql } from './sql.js';

const blockKey = `
insert into msg_blocked_keys (consumer, ordering_key, key, state, cause, detail, attempts)
select c, l, k, 'blocked', $4, $5, $6 from unnest($1::text[], $2::text[], $3::text[]) as u(c, l, k) order by c, l
on conflict (consumer, ordering_key) do update set state = 'blocked', cause = excluded.cause, detail = excluded.detail, attempts = excluded.attempts`;

const insertDeadLetters = `
insert into msg_dead_letters (consumer, message_id, ordering_key, topic, partition, record_offset, key, value, headers, record_timestamp)
select consumer, message_id, ordering_key, topic, partition, record_offset, key, value, headers::jsonb, record_timestamp
from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::bytea[], $9::text[], $10::bigint[])
  with ordinality as d(consumer, message_id, ordering_key, topic, partition, record_offset, key, value, headers, record_timestamp, number)
order by number
on conflict (consumer, message_id) do nothing`;

const nextDeadLetter = `
select consumer, message_id as "messageId", ordering_key as "orderingKey", topic, partition, record_offset as "recordOffset", key, value, headers, record_timestamp as timestamp
from msg_dead_letters where consumer = $1 and ordering_key = $2 order by position limit 1`;

const lockKey = `select state from msg_blocked_keys where consumer = $1 and ordering_key = $2 for update`;
const unblockKey = `delete from msg_blocked_keys where consumer = $1 and ordering_key = $2`;
const removeDeadLetter = `delete from msg_dead_letters where consumer = $1 and message_id = $2 returning 1 as removed`;
const markOne = `insert into msg_inbox (consumer, message_id, ordering_key) values ($1, $2, $3) on conflict do nothing returning 1 as marked`;

export async function addDeadLetters(
  sql: Sql,
  messages: readonly DeadLetter[],
  reason: DeadLetterReason | null,
): Promise<void> {
  const [first] = messages;
  if (!first) return;
  if (reason) {
    await sql(blockKey, [
      [first.consumer],
      [first.orderingKey],
      [first.key],
      safeText(reason.cause),
      safeText(reason.detail),
      reason.attempts,
    ]);
  }
  await sql(insertDeadLetters, [
    messages.map((message) => message.consumer),
    messages.map((message) => message.messageId),
    messages.map((message) => message.orderingKey),
    messages.map((message) => message.topic),
    messages.map((message) => message.partition),
    messages.map((message) => message.offset.toString()),
    messages.map((message) => message.key),
    messages.map((message) => message.value),
    messages.map((message) => JSON.stringify(message.headers)),
    messages.map(({ timestamp }) => timestamp?.getTime() ?? null),
  ]);
}

/** Finds the first dead letter of a key under the lock of the key. A key without dead letters is unblocked in the same transaction. */
export async function nextRedriven(sql: Sql, consumer: string, orderingKey: string): Promise<DeadLetter | null> {
  const [blocked] = await sql<{ state: string }>(lockKey, [consumer, orderingKey]);
  if (blocked?.state !== 'redriving') return null;
  const [row] = await sql<
    Omit<DeadLetter, 'offset' | 'timestamp'> & { recordOffset: string; timestamp: string | null }
  >(nextDeadLetter, [consumer, orderingKey]);
  if (row) {
    const { recordOffset, timestamp, ...rest } = row;
    return {
      ...rest,
      ...(timestamp !== null && { timestamp: new Date(Number(timestamp)) }),
      offset: BigInt(recordOffset),
    };
  }
  await sql(unblockKey, [consumer, orderingKey]);
  return null;
}

/** Removes the dead letter and marks the message in the inbox. */
export async function markRedriven(
  sql: Sql,
  consumer: string,
  id: string,
  orderingKey: string,
  deadLetterId = id,
): Promise<boolean> {
  const [removed] = await sql(removeDeadLetter, [consumer, deadLetterId]);
  if (!removed) return false;
  if (deadLetterId !== id) await sql(markOne, [consumer, deadLetterId, orderingKey]);
  const [marked] = await sql(markOne, [consumer, id, orderingKey]);
  return marked !== undefined;
}
