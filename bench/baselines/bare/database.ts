import pg from 'pg';

/** A statement that each connection prepares once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

/** A new table has no statistics, and a plan that was made while it was empty outlives its emptiness. */
const options = '-c enable_seqscan=off';

export const connections = (url: string, max: number): pg.Pool =>
  new pg.Pool({ connectionString: url, max, options, idleTimeoutMillis: 0 });

export async function connection(url: string, more = ''): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: `${options} ${more}` });
  await client.connect();
  return client;
}

interface Querying {
  query<R extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<R>>;
}

export const run = async <R extends pg.QueryResultRow>(
  client: Querying,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<R[]> => (await client.query<R>({ name, text, values: values as unknown[] })).rows;

/** What fails in it ends the process: there is no second try. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  await client.query('begin');
  const result = await work(client);
  await client.query('commit');
  client.release();
  return result;
}

/** Rows as the arrays that `unnest` takes, one a column. */
export function columnsOf(rows: readonly (readonly unknown[])[], width: number): unknown[][] {
  const columns = Array.from({ length: width }, () => new Array<unknown>(rows.length));
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < width; column++) columns[column]![row] = rows[row]![column];
  }
  return columns;
}
