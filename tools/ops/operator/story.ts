import { plural } from '../screen.js';
import { ask, type Databases, type Row } from './databases.js';
import { chained, type Entry, type Line } from './journal.js';
import { findSagas, type Saga } from './sagas.js';

export interface Story {
  readonly entries: readonly Entry[];
  readonly sagas: readonly Row<Saga>[];
  readonly next: readonly string[];
}

const journal = `
select at, saga_id as saga, transition->>'from' as "from", transition->>'to' as "to", (transition->>'cause') || coalesce(': ' || (transition->>'detail'), '') as why, cause::text as cause
from msg_saga_journal where saga_id = any($1) order by at`;
const said = `
select occurred_at as at, 'said ' || type || ' on ' || topic || ' ' || partition || ':' || record_offset || ', sequence ' || sequence as what, id::text as id, payload
from msg_outbox_archive where key = $1 or correlation = $1
union all
select o.occurred_at, 'said ' || o.type || ' on ' || o.topic || ', NOT PUBLISHED YET' || coalesce(': ' || h.reason, ''), o.id::text, o.payload
from msg_outbox o left join msg_outbox_held h on h.topic = o.topic and h.key = o.key where o.key = $1 or o.correlation = $1`;
const effects = `
select wished_at as at, 'effect ' || name || ' wished' as what, id::text as id from msg_effects where key = $1 or correlation = $1
union all
select done_at, 'effect ' || name || ' done, ' || tries || ' tries' || coalesce(', the last error: ' || last_error, ''), id::text
from msg_effects where done_at is not null and (key = $1 or correlation = $1)`;
const parked = `
select p.parked_at as at, 'parked for ' || p.consumer || ': ' || coalesce(p.headers->>'ce_type', 'a message') || ' of ' || p.topic
  || ' (' || l.cause || ': ' || l.detail || ', ' || l.state || ')' as what, p.message_id::text as id
from msg_parked p join msg_parked_lanes l using (consumer, lane) where p.key = $1`;
const deeds = `
select at, 'operator: ' || action || ' ' || subject || ' (' || reason || ')' as what, null::text as id
from msg_operator_actions where subject like '%' || $1 || '%'`;

const openEffects = `
select name, tries, due_at as "dueAt", lease_until > now() as "underWay", last_error as "lastError" from msg_effects where done_at is null and (key = $1 or correlation = $1) order by place`;
const timers = `select saga_id as "sagaId", name, due_at as "dueAt" from msg_timers where saga_id = any($1) order by due_at`;

/** The whole story of one order, across services: what was said, answered, retried, undone, parked; and what can still happen. */
export async function storyOf(databases: Databases, id: string): Promise<Story> {
  const subject = id.includes(':') ? id.slice(id.indexOf(':') + 1) : id;
  const sagas = await findSagas(databases, subject);
  const ids = sagas.map((saga) => saga.id);
  const told = [
    ...chained(await ask<Line>(databases, journal, [ids])),
    ...(await ask<Entry>(databases, said, [subject])),
    ...(await ask<Entry>(databases, effects, [subject])),
    ...(await ask<Entry>(databases, parked, [subject])),
    ...(await ask<Entry>(databases, deeds, [subject])),
  ];
  const entries = told.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return { entries, sagas, next: await nextOf(databases, subject, sagas) };
}

async function nextOf(databases: Databases, subject: string, sagas: readonly Row<Saga>[]): Promise<string[]> {
  const next = sagas.filter(({ step }) => step !== null).flatMap(awaited);
  const due = await ask<{ sagaId: string; name: string; dueAt: Date | null }>(databases, timers, [
    sagas.map(({ id }) => id),
  ]);
  for (const { sagaId, name } of due.filter((timer) => timer.name.startsWith('operator ')))
    next.push(`${sagaId}: an operator's word is about to be heard: ${name.slice('operator '.length)}`);
  for (const effect of await ask<OpenEffect>(databases, openEffects, [subject])) next.push(calling(effect));
  return next;
}

interface OpenEffect {
  readonly name: string;
  readonly tries: number;
  readonly dueAt: Date;
  readonly underWay: boolean | null;
  readonly lastError: string | null;
}

function calling({ service, name, tries, dueAt, underWay, lastError }: Row<OpenEffect>): string {
  const when = underWay
    ? `is calling ${name} (try ${tries})`
    : `calls ${name} at ${dueAt.toISOString()}, after ${plural(tries, 'call')} in vain`;
  return `${service} ${when}${lastError === null ? '' : `; the last error: ${lastError}`}`;
}

function awaited(saga: Saga): string[] {
  const { id, step, attempt, status, alarmed, dueAt, committed, toUndo } = saga;
  const undoing = status === 'undoing';
  const by = dueAt === null ? 'its time runs from when the command is on its topic' : `until ${dueAt.toISOString()}`;
  const then =
    undoing || committed
      ? 'then it is said again, for as long as it takes'
      : 'then it is asked again or everything is undone';
  const unanswered = attempt > 1 ? `: ${attempt - 1} went unanswered` : '';
  const left =
    undoing && toUndo.length > 1
      ? `; after it: ${toUndo
          .slice(1)
          .map((name) => `undo ${name}`)
          .join(', ')}`
      : '';
  return [
    `${id} waits for the answer to ${undoing ? 'the undo of ' : ''}"${step}" (attempt ${attempt}${unanswered}${alarmed ? ', ALARMED' : ''}), ${by}; ${then}${left}`,
  ];
}
