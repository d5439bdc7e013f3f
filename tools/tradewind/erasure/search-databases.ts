import pg from 'pg';
import type { DatabaseService } from '../../services.js';
import type { Finding, Trace } from './traces.js';

const tables = `
select format('%I.%I', schemaname, tablename) as name from pg_tables
where schemaname not in ('pg_catalog', 'information_schema') order by 1`;

export interface PersonInDatabase {
  readonly tables: number;
  readonly findings: readonly Finding[];
  /** Rows that still have a text that the person's destroyed key sealed. */
  readonly sealed: number;
}

/** Reads every row of every table of a service, as text, in a transaction that only reads. */
export async function searchDatabase(
  service: DatabaseService,
  url: string,
  userId: string,
  traces: readonly Trace[],
): Promise<PersonInDatabase> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-erasure' });
  await client.connect();
  try {
    await client.query('begin transaction read only');
    const { rows: names } = await client.query<{ name: string }>(tables);
    const findings: Finding[] = [];
    let sealed = 0;
    for (const { name } of names) {
      const count = async (forms: readonly string[]): Promise<number> => {
        const text = `select count(*)::int as count from ${name} r where exists (select from unnest($1::text[]) form where strpos(to_jsonb(r)::text, form) > 0)`;
        return (await client.query<{ count: number }>(text, [forms])).rows[0]!.count;
      };
      for (const { what, forms } of traces) {
        const found = await count(forms);
        if (found > 0) findings.push({ what, where: `${service}: ${name}`, count: found });
      }
      sealed += await count([`sealed:1:${userId}:`]);
    }
    return { tables: names.length, findings: [...findings, ...(await livingKeys(client, service, userId))], sealed };
  } finally {
    await client.end();
  }
}

/** Wrapped keys of the person, in the service's copy and in the table of the user service. */
async function livingKeys(client: pg.Client, service: DatabaseService, userId: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const table of service === 'user' ? ['data_keys', 'svc_data_keys'] : ['svc_data_keys']) {
    const { rowCount } = await client.query(`select from ${table} where user_id = $1 and wrapped_key is not null`, [
      userId,
    ]);
    if (rowCount) found.push({ what: 'the data key', where: `${service}: ${table}`, count: rowCount });
  }
  return found;
}

/** When the person was forgotten; undefined for a living account, null for an unknown one. */
export async function forgottenAt(userUrl: string, userId: string): Promise<Date | undefined | null> {
  const client = new pg.Client({ connectionString: userUrl, application_name: 'tradewind-erasure' });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: Date | null }>(
      'select forgotten_at as at from accounts where user_id = $1',
      [userId],
    );
    return rows[0] ? (rows[0].at ?? undefined) : null;
  } finally {
    await client.end();
  }
}
