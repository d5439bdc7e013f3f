import { queryAll, type Databases, type OfService } from '../databases/databases.js';
import { plural } from '../text-table.js';
import { inOrder, withoutBeginning, type HistoryEntry, type Transition } from './history-order.js';
import { findSagas, type Saga } from './sagas.js';

/** Everything that is known about one subject, for example an order, in all services. */
export interface SubjectHistory {
  readonly entries: readonly HistoryEntry[];
  /** The ids of the sagas whose history does not begin with their start: older history was pruned. */
  readonly pruned: readonly string[];
  readonly sagas: readonly OfService<Saga>[];
  /** What can still happen, in sentences. */
  readonly next: readonly string[];
}

const transitions = `
select at, saga_id as saga, transition->>'from' as "from", transition->>'to' as "to", (transition->>'cause') || coalesce(': ' || (transition->>'detail'), '') as why, cause::text as cause
from msg_saga_history where saga_id = any($1) order by at`;
const messages = `
select 'message' as kind, occurred_at as at, 'published ' || type || ' on ' || topic || ' ' || partition || ':' || record_offset || ', sequence ' || sequence as what, id::text as id, payload,
  type as name, causation::text as causation
from msg_outbox_archive where key = $1 or correlation = $1
union all
select 'message', o.occurred_at, 'published ' || o.type || ' on ' || o.topic || ', STILL IN THE OUTBOX' || coalesce(': ' || k.reason, ''), o.id::text, o.payload, o.type, o.causation::text
from msg_outbox o left join msg_outbox_blocked_keys k on k.topic = o.topic and k.key = o.key where o.key = $1 or o.correlation = $1`;
const effects = `
select 'effect scheduled' as kind, scheduled_at as at, 'scheduled the effect ' || name as what, id::text as id, name, cause::text as causation from msg_effects where key = $1 or correlation = $1
union all
select 'effect ended', done_at, 'ended the effect ' || name || ' after ' || attempts || ' attempts' || coalesce(', the last error: ' || last_error, ''), id::text, name, cause::text
from msg_effects where done_at is not null and (key = $1 or correlation = $1)`;
const deadLetters = `
select 'dead letter' as kind, l.dead_lettered_at as at, 'dead letter of ' || l.consumer || ': ' || coalesce(l.headers->>'ce_type', 'a message') || ' of ' || l.topic
  || ' (' || k.cause || ': ' || k.detail || ', ' || k.state || ')' as what, l.message_id::text as id, l.headers->>'ce_type' as name, l.message_id::text as causation
from msg_dead_letters l join msg_blocked_keys k using (consumer, ordering_key) where l.key = $1`;
const actions = `
select 'action' as kind, at, 'operator ' || actor || ': ' || action || ' ' || subject || ' (' || reason || ')' as what, null::text as id, action as name, null::text as causation
from msg_operator_actions where subject like '%' || $1 || '%'`;

const pendingEffects = `
select name, attempts, due_at as "dueAt", lease_until > now() as "running", last_error as "lastError" from msg_effects where done_at is null and (key = $1 or correlation = $1) order by position`;
const timeouts = `select saga_id as "sagaId", name, due_at as "dueAt" from msg_timeouts where saga_id = any($1) order by due_at`;

/** The history of one subject in all services: messages, transitions, effects, dead letters, operators' actions; and what can still happen. */
export async function historyOf(databases: Databases, id: string): Promise<SubjectHistory> {
  const subject = id.includes(':') ? id.slice(id.indexOf(':') + 1) : id;
  const sagas = await findSagas(databases, subject);
  const ids = sagas.map((saga) => saga.id);
  const transitionsOfSagas = await queryAll<Transition>(databases, transitions, [ids]);
  const entries = [
    ...inOrder(transitionsOfSagas),
    ...(await queryAll<HistoryEntry>(databases, messages, [subject])),
    ...(await queryAll<HistoryEntry>(databases, effects, [subject])),
    ...(await queryAll<HistoryEntry>(databases, deadLetters, [subject])),
    ...(await queryAll<HistoryEntry>(databases, actions, [subject])),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const pruned = withoutBeginning(ids, transitionsOfSagas);
  return { entries, pruned, sagas, next: await nextOf(databases, subject, sagas) };
}

async function nextOf(databases: Databases, subject: string, sagas: readonly OfService<Saga>[]): Promise<string[]> {
  const next = sagas.filter(({ step }) => step !== null).map(awaitedReply);
  const ids = sagas.map(({ id }) => id);
  for (const { sagaId, name } of await queryAll<Timeout>(databases, timeouts, [ids]))
    if (name.startsWith(instruction))
      next.push(`${sagaId}: an operator's instruction is about to run: ${name.slice(instruction.length)}`);
  for (const effect of await queryAll<PendingEffect>(databases, pendingEffects, [subject]))
    next.push(nextAttempt(effect));
  return next;
}

/** The beginning of the name of a timeout that `instruct` has inserted. */
const instruction = 'operator ';

interface Timeout {
  readonly sagaId: string;
  readonly name: string;
  readonly dueAt: Date | null;
}

interface PendingEffect {
  readonly name: string;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly running: boolean | null;
  readonly lastError: string | null;
}

function nextAttempt({ service, name, attempts, dueAt, running, lastError }: OfService<PendingEffect>): string {
  const when = running
    ? `runs the effect ${name} (attempt ${attempts})`
    : `runs the effect ${name} at ${dueAt.toISOString()}, after ${plural(attempts, 'failed attempt')}`;
  return `${service} ${when}${lastError === null ? '' : `; the last error: ${lastError}`}`;
}

function awaitedReply({ id, step, attempt, status, stuck, dueAt, committed, toCompensate }: Saga): string {
  const compensating = status === 'compensating';
  const until = dueAt === null ? 'its timeout starts when the command is published' : `until ${dueAt.toISOString()}`;
  const then =
    compensating || committed
      ? 'then the command is published again, until it succeeds'
      : 'then the command is published again, or the saga compensates';
  const unanswered = attempt > 1 ? `: ${attempt - 1} without a reply` : '';
  const left =
    compensating && toCompensate.length > 1
      ? `; after it: ${toCompensate
          .slice(1)
          .map((name) => `the compensation of "${name}"`)
          .join(', ')}`
      : '';
  return `${id} waits for the reply to ${compensating ? 'the compensation of ' : ''}"${step}" (attempt ${attempt}${unanswered}${stuck ? ', STUCK' : ''}), ${until}; ${then}${left}`;
}
