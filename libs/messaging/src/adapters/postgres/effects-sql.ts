import type { ClaimedEffect } from '../../ports/store.js';
import { UniqueConflict } from '../../ports/errors.js';
import { safeText } from './safe-text.js';
import type { Sql } from './sql.js';

/** The lease holder is the application name of its connection. */
const claim = `select id, name, key, payload, cause, correlation, trace, attempts, $4::uuid as token from msg_claim_effects($1::text[], $2, $3, $4)`;

/** Skips effects that are being settled: otherwise this and their transaction could wait for each other. */
const renew = `
with ours as (select id from msg_effects where id = any($1::uuid[]) and lease_token = $2 and done_at is null for update skip locked)
update msg_effects e set lease_until = now() + $3::int * interval '1 millisecond' from ours where e.id = ours.id`;

const retry = `update msg_effects set lease_until = null, due_at = now() + $3::int * interval '1 millisecond', last_error = $4
where id = $1 and lease_token = $2 and done_at is null`;

/** Never due: an operator makes it due again. */
const deadLetter = `update msg_effects set lease_until = null, due_at = 'infinity', dead_lettered_at = now(), last_error = $3
where id = $1 and lease_token = $2 and done_at is null`;

const pending = `select count(*)::int as pending, coalesce(extract(epoch from now() - min(scheduled_at)), 0)::float8 as seconds from msg_effects where done_at is null`;

/** When two workers lease different effects of one key at the same moment, the database accepts one. The other worker finds nothing and polls again. */
export async function claimEffects(
  sql: Sql,
  names: readonly string[],
  limit: number,
  leaseMs: number,
  token: string,
): Promise<readonly ClaimedEffect[]> {
  try {
    return await sql<ClaimedEffect>(claim, [names, limit, leaseMs, token]);
  } catch (error) {
    if (error instanceof UniqueConflict && error.constraint === 'msg_effects_leased_key') return [];
    throw error;
  }
}

export async function renewEffects(sql: Sql, ids: readonly string[], token: string, leaseMs: number): Promise<void> {
  await sql(renew, [ids, token, leaseMs]);
}

export async function retryEffect(sql: Sql, id: string, token: string, inMs: number, error: string): Promise<void> {
  await sql(retry, [id, token, inMs, safeText(error)]);
}

export async function deadLetterEffect(sql: Sql, id: string, token: string, error: string): Promise<void> {
  await sql(deadLetter, [id, token, safeText(error)]);
}

export async function pendingEffects(sql: Sql): Promise<{ readonly pending: number; readonly seconds: number }> {
  const [row] = await sql<{ pending: number; seconds: number }>(pending);
  if (!row) throw new Error('the database answered a count with no row');
  return row;
}
