import type { ClaimedEffect } from '../store/store.js';
import { uniqueConstraintOf } from './sql-errors.js';
import type { Sql } from './sql.js';

/** What is leased goes before all others of its key, whatever was committed after it with an earlier place. The holder is known by its connection's name. */
const claim = `
with ready as (
  select e.id from msg_effects e
  where e.done_at is null and e.due_at <= now() and e.name = any($1::text[]) and (e.lease_until < now() or e.lease_until is null
    and not exists (select 1 from msg_effects held where held.key = e.key and held.lease_until is not null)
    and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.place < e.place))
  order by e.due_at limit $2 for update skip locked)
update msg_effects e set lease_until = now() + $3::int * interval '1 millisecond', lease_token = $4, lease_holder = current_setting('application_name'), tries = tries + 1
from ready where e.id = ready.id
returning e.id, e.name, e.key, e.payload, e.cause, e.correlation, e.tries, e.lease_token as token`;

/** What is just being settled is passed over: it and this would each hold rows that the other waits for. */
const renew = `
with ours as (select id from msg_effects where id = any($1::uuid[]) and lease_token = $2 and done_at is null for update skip locked)
update msg_effects e set lease_until = now() + $3::int * interval '1 millisecond' from ours where e.id = ours.id`;

const retry = `update msg_effects set lease_until = null, due_at = now() + $3::int * interval '1 millisecond', last_error = $4
where id = $1 and lease_token = $2 and done_at is null`;

const open = `select count(*)::int as open, coalesce(extract(epoch from now() - min(wished_at)), 0)::float8 as seconds from msg_effects where done_at is null`;

/** Two who lease different effects of one key in the same moment: the database lets one of them. The other finds nothing, and looks again. */
export async function claimEffects(sql: Sql, names: readonly string[], limit: number, leaseMilliseconds: number, token: string): Promise<readonly ClaimedEffect[]> {
  try {
    return await sql<ClaimedEffect>(claim, [names, limit, leaseMilliseconds, token]);
  } catch (error) {
    if (uniqueConstraintOf(error) === 'msg_effects_leased_key') return [];
    throw error;
  }
}

export async function renewEffects(sql: Sql, ids: readonly string[], token: string, leaseMilliseconds: number): Promise<void> {
  await sql(renew, [ids, token, leaseMilliseconds]);
}

export async function retryEffect(sql: Sql, id: string, token: string, inMilliseconds: number, error: string): Promise<void> {
  await sql(retry, [id, token, inMilliseconds, error]);
}

export async function openEffects(sql: Sql): Promise<{ readonly open: number; readonly seconds: number }> {
  return (await sql<{ open: number; seconds: number }>(open))[0]!;
}
