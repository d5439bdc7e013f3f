import pg from 'pg';

/** Values of the database by column; `pg` returns bigints as text. */
export type Text<Column extends string> = Readonly<Record<Column, string>>;

export interface Statement {
  readonly name: string;
  readonly text: string;
}

let statements = 0;
/** A statement that each connection prepares once. */
export const statement = (text: string): Statement => ({ name: `s${++statements}`, text });

/** New tables have no statistics: a plan that is made while they are empty would stay in use. */
const options = '-c enable_seqscan=off';

export const openPool = (url: string, max: number): pg.Pool =>
  new pg.Pool({ connectionString: url, max, options, idleTimeoutMillis: 0 });

export async function openClient(url: string, moreOptions: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: `${options} ${moreOptions}` });
  await client.connect();
  return client;
}

export const run = async <R extends pg.QueryResultRow>(
  client: { query<Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> },
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<R[]> => (await client.query<R>({ name, text, values: values as unknown[] })).rows;

/** An error in it ends the process: nothing is retried. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  await client.query('begin');
  const result = await work(client);
  await client.query('commit');
  client.release();
  return result;
}
