import type { Timers } from '@tradewind/kernel';
import { changeIn, queryAll, type Databases, type OfService } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import { recordAction } from '../operator-actions.js';
import { effects, outbox, type BlockedKey } from './dead-letter.js';
import { DeadLetters } from './dead-letters.js';

/** What became of a redrive in order, read from the tables: it is the same after a crash of the program that ran it. */
export interface RedriveOutcome {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string;
  readonly consumer: string;
  readonly keys: number;
  readonly succeeded: number;
  readonly failedAgain: number;
  readonly redriving: number;
  /** Still blocked as before. */
  readonly untouched: number;
}

const inProgress: Readonly<Record<string, string>> = {
  [outbox]: `select 1 from msg_outbox where topic || E'\\n' || key = $1 limit 1`,
  [effects]: `select 1 from msg_effects where name || E'\\n' || key = $1 and done_at is null limit 1`,
};
const blocked: Readonly<Record<string, string>> = {
  [outbox]: `select 1 from msg_outbox_blocked_keys where topic || E'\\n' || key = $1`,
  [effects]: `select 1 from msg_effects where name || E'\\n' || key = $1 and dead_lettered_at is not null and done_at is null limit 1`,
};
const stateOfKey = `select state from msg_blocked_keys where consumer = $2 and ordering_key = $1`;

type KeyState = 'succeeded' | 'failed again' | 'redriving';

/** Where a key is that was redriven. */
async function stateOf(
  databases: Databases,
  { service, consumer, orderingKey }: OfService<BlockedKey>,
): Promise<KeyState> {
  const own = { [service]: databases[service]! };
  const found = async (sql: string): Promise<boolean> => (await queryAll(own, sql, [orderingKey])).length > 0;
  const special = blocked[consumer];
  if (special !== undefined) {
    if (await found(special)) return 'failed again';
    return (await found(inProgress[consumer]!)) ? 'redriving' : 'succeeded';
  }
  const [row] = await queryAll<{ state: string }>(own, stateOfKey, [orderingKey, consumer]);
  if (row === undefined) return 'succeeded';
  return row.state === 'blocked' ? 'failed again' : 'redriving';
}

/** Which keys are redriven one after another, and why. */
export interface RedriveInOrder {
  /** Of one consumer, in the order in which they are redriven. */
  readonly keys: readonly OfService<BlockedKey>[];
  readonly reason: string;
  readonly timers: Timers;
  readonly signal?: AbortSignal;
}

/** Records what `redriveInOrder` will do, before it starts: `redriveOutcomes` compares it with what happened. */
export async function recordRedrive(
  databases: Databases,
  { keys, reason }: Pick<RedriveInOrder, 'keys' | 'reason'>,
): Promise<void> {
  const [first] = keys;
  if (first === undefined) throw new OperatorError('no blocked key is selected');
  const detail = { cause: first.cause, keys: keys.map(({ orderingKey }) => orderingKey) };
  await changeIn(databases, first.service, (connection) =>
    recordAction(connection, { action: 'redrive in order', subject: first.consumer, reason, detail }),
  );
}

const pollMs = 100;

/** Redrives one key after another, and stops at the first that fails again. Resolves with how many succeeded. */
export async function redriveInOrder(
  databases: Databases,
  { keys, reason, timers, signal }: RedriveInOrder,
): Promise<{ readonly succeeded: number; readonly failed: OfService<BlockedKey> | null }> {
  const letters = new DeadLetters(databases);
  let succeeded = 0;
  for (const key of keys) {
    await letters.redrive(key, reason);
    let state: KeyState = 'redriving';
    while (state === 'redriving') {
      if (signal?.aborted) return { succeeded, failed: null };
      await timers.wait(pollMs, signal);
      state = await stateOf(databases, key);
    }
    if (state === 'failed again') return { succeeded, failed: key };
    succeeded++;
  }
  return { succeeded, failed: null };
}

const outcomes = `
select a.id::text as id, a.at, a.actor, a.reason, a.subject as consumer, jsonb_array_length(a.detail->'keys') as keys,
  count(distinct k.ordering_key) filter (where d.id is not null and b.state is null)::int as succeeded,
  count(distinct k.ordering_key) filter (where d.id is not null and b.state = 'blocked')::int as "failedAgain",
  count(distinct k.ordering_key) filter (where d.id is not null and b.state = 'redriving')::int as redriving,
  count(distinct k.ordering_key) filter (where d.id is null)::int as untouched
from (select * from msg_operator_actions where action = 'redrive in order' order by id desc limit $1) a
cross join lateral jsonb_array_elements_text(a.detail->'keys') as k(ordering_key)
left join msg_operator_actions d on d.action = 'redrive' and d.id > a.id and d.subject = a.subject || ' ' || regexp_replace(k.ordering_key, E'\\n', ' ')
left join (
  select consumer, ordering_key, state from msg_blocked_keys
  union all select '${outbox}', topic || E'\\n' || key, 'blocked' from msg_outbox_blocked_keys
  union all select '${effects}', name || E'\\n' || key, case when dead_lettered_at is null then 'redriving' else 'blocked' end from msg_effects where done_at is null
) b on b.consumer = a.subject and b.ordering_key = k.ordering_key
group by a.id, a.at, a.actor, a.reason, a.subject, a.detail order by a.id desc`;

/** What became of the latest redrives in order of each service, the newest first. */
export const redriveOutcomes = (databases: Databases, limit: number): Promise<OfService<RedriveOutcome>[]> =>
  queryAll<RedriveOutcome>(databases, outcomes, [limit]);

/** The outcome in a sentence. */
export function outcomeText({ succeeded, failedAgain, redriving, untouched }: RedriveOutcome): string {
  const parts = [
    ...(succeeded > 0 ? [`handled: ${succeeded}`] : []),
    ...(failedAgain > 0 ? [`failed again: ${failedAgain}`] : []),
    ...(redriving > 0 ? [`under way: ${redriving}`] : []),
    ...(untouched > 0 ? [`not tried: ${untouched}`] : []),
  ];
  return parts.join(' · ');
}
