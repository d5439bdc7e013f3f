import { ask, CannotDo, change, record, type Databases, type Row, type Sql } from './databases.js';
import { outbox, subjectOf, type Lane, type ParkedMessage } from './lane.js';

const detail = `'the broker refuses the first record of this key'`;
const columns = `'${outbox}' as consumer, h.topic || E'\\n' || h.key as lane, h.topic, h.key, 'parked' as state, h.reason as cause, ${detail} as detail, 1 as tries, h.held_at as "parkedAt"`;
const heldKeys = `
select ${columns}, count(o.id)::int as messages, (array_agg(o.id::text order by o.position) filter (where o.id is not null))[1] as first
from msg_outbox_held h left join msg_outbox o on o.topic = h.topic and o.key = h.key group by h.topic, h.key order by h.held_at`;
const oneMessage = `
select ${columns}, o.id::text as id, null::int as partition, null::text as offset, convert_to(o.payload, 'UTF8') as value, o.appended_at as "waitsSince",
  coalesce(o.headers, '{}') || jsonb_build_object('ce_id', o.id::text, 'ce_type', o.type, 'ce_sequence', o.sequence::text, 'ce_causationid', o.causation::text, 'ce_correlationid', o.correlation) as headers,
  (select count(*) from msg_outbox e where e.topic = o.topic and e.key = o.key and e.position < o.position)::int as before,
  (select count(*) from msg_outbox e where e.topic = o.topic and e.key = o.key and e.position > o.position)::int as behind
from msg_outbox o join msg_outbox_held h on h.topic = o.topic and h.key = o.key where o.id::text = $1`;

const lockHeld = `select reason from msg_outbox_held where topic = $1 and key = $2 for update`;
/** Whoever says something with this key gets its number here, and waits. */
const lockNumbers = `select last from msg_sequences where topic = $1 and key = $2 for update`;
const release = `delete from msg_outbox_held where topic = $1 and key = $2`;
const first = `select id::text as id, type, sequence::text as sequence, payload, headers from msg_outbox where topic = $1 and key = $2 order by position limit 1`;
const replace = `update msg_outbox set payload = $2 where id = $1`;
const remove = `delete from msg_outbox where id = $1`;
/** Nothing of the key behind it has been published: the numbers close up, so that no reader sees a gap. */
const closeUp = `update msg_outbox set sequence = sequence - 1 where topic = $1 and key = $2`;
const takeBackNumber = `update msg_sequences set last = last - 1 where topic = $1 and key = $2`;
const holdNext = `
update msg_outbox_held h set position = (select min(position) from msg_outbox o where o.topic = h.topic and o.key = h.key) where topic = $1 and key = $2`;
/** Its deadline was to run from its publication: without it a saga would wait for an answer for ever. */
const startTimers = `update msg_timers set due_at = now() + milliseconds * interval '1 millisecond' where started_by = $1 and due_at is null`;
const count = `select count(*)::int as left from msg_outbox where topic = $1 and key = $2`;

/** Keys whose next record the broker refuses. Everything else of the outbox flows. */
export const listHeld = (databases: Databases): Promise<Row<Lane>[]> => ask<Lane>(databases, heldKeys);

export const showHeld = (databases: Databases, id: string): Promise<Row<ParkedMessage>[]> =>
  ask<ParkedMessage>(databases, oneMessage, [id]);

/** The relay publishes them in their order; a record that is refused again is held again. */
export async function releaseHeld(
  databases: Databases,
  { service, lane, first: id, cause }: Row<Lane>,
  reason: string,
): Promise<void> {
  await change(databases, service, async (sql) => {
    await lock(sql, lane);
    await sql(release, placeOf(lane));
    await record(sql, 'release', subjectOf(outbox, lane), reason, { cause, first: id });
  });
}

/** Takes the first message of a held key away for good, as if it had never been said. The last one takes the hold with it. */
export async function discardHeld(
  databases: Databases,
  { service, lane, id }: Row<ParkedMessage>,
  reason: string,
  thenRelease: boolean,
): Promise<{ left: number; released: boolean }> {
  return change(databases, service, async (sql) => {
    const before = await lockFirst(sql, lane, id);
    const place = placeOf(lane);
    await sql(remove, [id]);
    await sql(startTimers, [id]);
    await sql(closeUp, place);
    await sql(takeBackNumber, place);
    await record(sql, 'discard', subjectOf(outbox, lane), reason, { message: id, key: place[1], ...before });
    const [{ left } = { left: 0 }] = await sql<{ left: number }>(count, place);
    const released = thenRelease || left === 0;
    await sql(released ? release : holdNext, place);
    return { left, released };
  });
}

/** Another value for the first message of a held key; its id, key, type and number stay. */
export async function editHeld(
  databases: Databases,
  { service, lane, id }: Row<ParkedMessage>,
  value: string,
  reason: string,
  thenRelease: boolean,
): Promise<void> {
  await change(databases, service, async (sql) => {
    const before = await lockFirst(sql, lane, id);
    await sql(replace, [id, value]);
    await record(sql, 'edit', subjectOf(outbox, lane), reason, { message: id, ...before });
    if (thenRelease) await sql(release, placeOf(lane));
  });
}

const placeOf = (lane: string): [topic: string, key: string] => [
  lane.slice(0, lane.indexOf('\n')),
  lane.slice(lane.indexOf('\n') + 1),
];

/** While it is held the relay takes nothing of the key, so nothing of it can be on its way to the broker. */
async function lock(sql: Sql, lane: string): Promise<void> {
  const [held] = await sql<{ reason: string }>(lockHeld, placeOf(lane));
  if (!held) throw new CannotDo(`${subjectOf(outbox, lane)} is not held any more`);
}

interface First {
  readonly id: string;
  readonly type: string;
  readonly sequence: string;
  readonly payload: string | null;
  readonly headers: object | null;
}

async function lockFirst(
  sql: Sql,
  lane: string,
  id: string,
): Promise<{ type: string; sequence: string; value: string | null; headers: object | null }> {
  await lock(sql, lane);
  await sql(lockNumbers, placeOf(lane));
  const [next] = await sql<First>(first, placeOf(lane));
  if (next?.id !== id)
    throw new CannotDo(
      `${id} is not the first of its key: ${next?.id ?? 'nobody'} is, and everything waits for that one`,
    );
  const { type, sequence, payload, headers } = next;
  return { type, sequence, value: payload, headers };
}
