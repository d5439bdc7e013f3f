import type { ClaimedEffect } from '../store/store.js';
import { uniqueConstraintOf } from './sql-errors.js';
import type { Sql } from './sql.js';

/** The holder is known by its connection's name. */
const claim = `select id, name, key, payload, cause, correlation, tries, $4::uuid as token from msg_claim_effects($1::text[], $2, $3, $4)`;

/** What is just being settled is passed over: it and this would each hold rows that the other waits for. */
const renew = `
with ours as (select id from msg_effects where id = any($1::uuid[]) and lease_token = $2 and done_at is null for update skip locked)
update msg_effects e set lease_until = now() + $3::int * interval '1 millisecond' from ours where e.id = ours.id`;

const retry = `update msg_effects set lease_until = null, due_at = now() + $3::int * interval '1 millisecond', last_error = $4
where id = $1 and lease_token = $2 and done_at is null`;

const open = `select count(*)::int as open, coalesce(extract(epoch from now() - min(wished_at)), 0)::float8 as seconds from msg_effects where done_at is null`;

/** Two who lease different effects of one key in the same moment: the database lets one of them. The other finds nothing, and looks again. */
export async function claimEffects(
  sql: Sql,
  names: readonly string[],
  limit: number,
  leaseMilliseconds: number,
  token: string,
): Promise<readonly ClaimedEffect[]> {
  try {
    return await sql<ClaimedEffect>(claim, [names, limit, leaseMilliseconds, token]);
  } catch (error) {
    if (uniqueConstraintOf(error) === 'msg_effects_leased_key') return [];
    throw error;
  }
}

export async function renewEffects(
  sql: Sql,
  ids: readonly string[],
  token: string,
  leaseMilliseconds: number,
): Promise<void> {
  await sql(renew, [ids, token, leaseMilliseconds]);
}

export async function retryEffect(
  sql: Sql,
  id: string,
  token: string,
  inMilliseconds: number,
  error: string,
): Promise<void> {
  await sql(retry, [id, token, inMilliseconds, error]);
}

export async function openEffects(sql: Sql): Promise<{ readonly open: number; readonly seconds: number }> {
  return (await sql<{ open: number; seconds: number }>(open))[0]!;
}
