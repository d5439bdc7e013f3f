import { ask, CannotDo, change, record, type Databases, type Row, type Sql } from './databases.js';
import { discardHeld, editHeld, listHeld, releaseHeld, showHeld } from './held.js';
import { outbox, subjectOf, type Lane, type ParkedMessage } from './lane.js';

export type { Lane, ParkedMessage } from './lane.js';

const columns = `l.consumer, l.lane, split_part(l.lane, E'\\n', 1) as topic, l.key, l.state, l.cause, l.detail, l.tries, l.parked_at as "parkedAt"`;
const lanes = `
select ${columns}, count(p.message_id)::int as messages, (array_agg(p.message_id::text order by p.place) filter (where p.message_id is not null))[1] as first
from msg_parked_lanes l left join msg_parked p using (consumer, lane) group by l.consumer, l.lane order by l.cause, l.parked_at`;
const oneMessage = `
select ${columns}, p.message_id::text as id, p.partition, p.record_offset::text as offset, p.value, p.headers, p.parked_at as "waitsSince",
  (select count(*) from msg_parked e where e.consumer = p.consumer and e.lane = p.lane and e.place < p.place)::int as before,
  (select count(*) from msg_parked e where e.consumer = p.consumer and e.lane = p.lane and e.place > p.place)::int as behind
from msg_parked p join msg_parked_lanes l using (consumer, lane) where p.message_id::text = $1`;

const lockLane = `select state from msg_parked_lanes where consumer = $1 and lane = $2 for update`;
const release = `update msg_parked_lanes set state = 'releasing' where consumer = $1 and lane = $2`;
const first = `select message_id::text as id, value, headers from msg_parked where consumer = $1 and lane = $2 order by place limit 1`;
const remove = `delete from msg_parked where consumer = $1 and message_id = $2`;
const count = `select count(*)::int as left from msg_parked where consumer = $1 and lane = $2`;
/** So that it does not come back when the topic is read again. */
const markHandled = `insert into msg_inbox (consumer, message_id, lane) values ($1, $2, $3) on conflict do nothing`;
const replace = `update msg_parked set value = $3 where consumer = $1 and message_id = $2`;

export interface Selection {
  readonly messages: readonly string[];
  readonly cause?: string | undefined;
  readonly consumer?: string | undefined;
  readonly key?: string | undefined;
  readonly every?: boolean | undefined;
}

/** Whatever waits for an operator, on either side: what a consumer can't handle, and what the broker does not take. */
export async function listParked(databases: Databases): Promise<Row<Lane>[]> {
  return [...(await ask<Lane>(databases, lanes)), ...(await listHeld(databases))];
}

/** The same message may be parked by several consumers. */
export async function showParked(databases: Databases, id: string): Promise<Row<ParkedMessage>[]> {
  return [...(await ask<ParkedMessage>(databases, oneMessage, [id])), ...(await showHeld(databases, id))];
}

/** The lanes that are meant, by a message in them or by what they have in common. */
export async function selectLanes(databases: Databases, selection: Selection): Promise<Row<Lane>[]> {
  const { messages, cause, consumer, key, every } = selection;
  if (messages.length === 0 && cause === undefined && consumer === undefined && key === undefined && !every) {
    throw new CannotDo('say which: message ids, --cause, --consumer, --key, or --every');
  }
  const all = await listParked(databases);
  const wanted = new Set<string>();
  for (const id of messages) {
    const found = await showParked(databases, id);
    if (found.length === 0)
      throw new CannotDo(`no message ${id} is parked: "tradewind parked list" shows those that are`);
    for (const { service, lane, consumer: whose } of found) wanted.add(JSON.stringify([service, whose, lane]));
  }
  return all.filter(
    (each) =>
      (messages.length === 0 || wanted.has(JSON.stringify([each.service, each.consumer, each.lane]))) &&
      (cause === undefined || each.cause === cause) &&
      (consumer === undefined || each.consumer === consumer) &&
      (key === undefined || each.key === key),
  );
}

/** The consumer handles them, or the relay publishes them, in the order in which they came, newcomers behind them. */
export async function releaseLanes(databases: Databases, chosen: readonly Row<Lane>[], reason: string): Promise<void> {
  for (const each of chosen) {
    const { service, consumer, lane, first: id, cause } = each;
    if (consumer === outbox) {
      await releaseHeld(databases, each, reason);
      continue;
    }
    await change(databases, service, async (sql) => {
      await lock(sql, consumer, lane);
      await sql(release, [consumer, lane]);
      await record(sql, 'release', subjectOf(consumer, lane), reason, { cause, first: id });
    });
  }
}

/** The one message of that id that is parked for the consumer, where there are several. */
export async function theMessage(
  databases: Databases,
  id: string,
  consumer: string | undefined,
): Promise<Row<ParkedMessage>> {
  const found = (await showParked(databases, id)).filter(
    (each) => consumer === undefined || each.consumer === consumer,
  );
  if (found.length === 0)
    throw new CannotDo(`no message ${id} is parked${consumer === undefined ? '' : ` for ${consumer}`}`);
  if (found.length > 1)
    throw new CannotDo(
      `${id} is parked for several consumers (${found.map((each) => each.consumer).join(', ')}): choose one with --consumer`,
    );
  return found[0]!;
}

/** Takes the first message of a lane away for good. The last one takes the lane with it; the others wait on, unless they are to be released. */
export async function discardParked(
  databases: Databases,
  message: Row<ParkedMessage>,
  reason: string,
  thenRelease: boolean,
): Promise<{ left: number; released: boolean }> {
  const { service, consumer, lane, id } = message;
  if (consumer === outbox) return discardHeld(databases, message, reason, thenRelease);
  return change(databases, service, async (sql) => {
    const before = await lockFirst(sql, consumer, lane, id);
    await sql(remove, [consumer, id]);
    await sql(markHandled, [consumer, id, lane]);
    await record(sql, 'discard', subjectOf(consumer, lane), reason, {
      message: id,
      headers: message.headers,
      ...before,
    });
    const [{ left } = { left: 0 }] = await sql<{ left: number }>(count, [consumer, lane]);
    const released = thenRelease || left === 0;
    if (released) await sql(release, [consumer, lane]);
    return { left, released };
  });
}

/** Another value for the first message of a lane; its id, key and headers stay. */
export async function editParked(
  databases: Databases,
  message: Row<ParkedMessage>,
  value: string,
  reason: string,
  thenRelease: boolean,
): Promise<void> {
  const { service, consumer, lane, id } = message;
  if (consumer === outbox) return editHeld(databases, message, value, reason, thenRelease);
  await change(databases, service, async (sql) => {
    const before = await lockFirst(sql, consumer, lane, id);
    await sql(replace, [consumer, id, Buffer.from(value, 'utf8')]);
    await record(sql, 'edit', subjectOf(consumer, lane), reason, { message: id, ...before });
    if (thenRelease) await sql(release, [consumer, lane]);
  });
}

/** Under the lane's lock, as the consumer itself does it: nothing is put behind or taken away meanwhile. */
async function lock(sql: Sql, consumer: string, lane: string): Promise<void> {
  const [held] = await sql<{ state: string }>(lockLane, [consumer, lane]);
  if (!held) throw new CannotDo(`${subjectOf(consumer, lane)} is not parked any more`);
}

async function lockFirst(
  sql: Sql,
  consumer: string,
  lane: string,
  id: string,
): Promise<{ value: string | null; encoding: 'utf8' | 'base64' }> {
  await lock(sql, consumer, lane);
  const [next] = await sql<{ id: string; value: Buffer | null }>(first, [consumer, lane]);
  if (next?.id !== id)
    throw new CannotDo(
      `${id} is not the first of its key: ${next?.id ?? 'nobody'} is, and everything waits for that one`,
    );
  const text = next.value?.toString('utf8');
  const whole = next.value === null || Buffer.from(text!, 'utf8').equals(next.value);
  return { value: whole ? (text ?? null) : next.value!.toString('base64'), encoding: whole ? 'utf8' : 'base64' };
}
