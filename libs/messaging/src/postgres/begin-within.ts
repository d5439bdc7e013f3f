import type { PoolClient } from 'pg';
import { silenceOf, type PostgresLimits } from './postgres-limits.js';

/** A lock is waited for half as long as a statement may take: who holds it is at fault, so it is tried again. */
const lockOf = ({ statement }: PostgresLimits): number => Math.round(statement / 2);

/** A transaction whose process sleeps lets go of its locks. */
const idleInTransaction = 15_000;

const begin = (limits: PostgresLimits): string => `begin;
set local statement_timeout = ${limits.statement};
set local lock_timeout = ${lockOf(limits)};
set local idle_in_transaction_session_timeout = ${idleInTransaction};
select pg_current_xact_id()::text as id`;

/** Begins in one round trip, and gives the transaction's id: by it the server is asked what became of a COMMIT without answer. */
export async function beginWithin(client: PoolClient, limits: PostgresLimits): Promise<string> {
  // Several statements have several results, which the types of pg do not know.
  const results = (await client.query({ text: begin(limits), query_timeout: silenceOf(limits) } as { text: string })) as unknown as { rows: { id: string }[] }[];
  return results.at(-1)!.rows[0]!.id;
}
