import pg from 'pg';
import { databaseNames, type DatabaseName } from '../gather/database-names.js';
import { CannotReach, reasonOf, Snapshot } from '../gather/read-only.js';

export type Databases = Readonly<Record<DatabaseName, string>>;

export type Row<R> = R & { readonly service: DatabaseName };

/** The same question to every service's database, one after another. */
export async function ask<R extends object>(
  databases: Databases,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row<R>[]> {
  const answers: Row<R>[] = [];
  for (const service of databaseNames) {
    const snapshot = await Snapshot.open(databases[service], service);
    try {
      for (const row of await snapshot.rows<R>(sql, values)) answers.push({ service, ...row });
    } finally {
      await snapshot.close();
    }
  }
  return answers;
}

export type Sql = <R extends object>(text: string, values: readonly unknown[]) => Promise<R[]>;

/** All of it or nothing. */
export async function change<T>(
  databases: Databases,
  service: DatabaseName,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databases[service],
    application_name: 'tradewind-operator',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // the query under way rejects with it
  try {
    await client.connect();
  } catch (error) {
    await client.end();
    throw new CannotReach(`the database of ${service} can't be reached: ${reasonOf(error)}`, { cause: error });
  }
  try {
    await client.query('begin');
    const result = await work(async (text, values) => (await client.query(text, [...values])).rows);
    await client.query('commit');
    return result;
  } finally {
    await client.end(); // what was not committed is rolled back with the connection
  }
}

const note = `insert into msg_operator_actions (action, subject, reason, detail) values ($1, $2, $3, $4)`;

/** Who did what, and why: in the transaction of the deed. */
export async function record(sql: Sql, action: string, subject: string, reason: string, detail: object): Promise<void> {
  await sql(note, [action, subject, reason, JSON.stringify(detail)]);
}

/** What was asked for can't be done; the message says why and what to do instead. */
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}
