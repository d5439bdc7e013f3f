import { connect } from '../environment/databases.js';
import { table } from '../frame/report.js';

/** Settings with which PostgreSQL counts its statements; this costs a few percent. */
export const statementSettings = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '10000' };

interface Row {
  readonly database: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly rows: number;
  readonly query: string;
}

const longest = `
select d.datname as database, s.calls::float8 as calls, s.total_exec_time::float8 as milliseconds, s.rows::float8 as rows, regexp_replace(s.query, '[[:space:]]+', ' ', 'g') as query
from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname <> 'postgres' order by s.total_exec_time desc limit 45`;

/** Counts the statements of PostgreSQL from now on. The returned function gives those with the longest time, each with its costs for one order. */
export async function countStatements(postgresUrl: string): Promise<(orders: number) => Promise<string>> {
  const client = await connect(postgresUrl);
  await client.query('create extension if not exists pg_stat_statements; select pg_stat_statements_reset()');
  return async (orders) => {
    const { rows } = await client.query<Row>(longest);
    await client.end();
    return table(
      ['database', 'µs an order', 'calls an order', 'rows a call', 'statement'],
      rows.map(({ database, calls, milliseconds, rows: count, query }) => [
        database,
        ((milliseconds * 1_000) / orders).toFixed(0),
        (calls / orders).toFixed(3),
        (count / calls).toFixed(1),
        query.slice(0, 140).replaceAll('|', '\\|'),
      ]),
    ).join('\n');
  };
}
