import type pg from 'pg';
import { connect } from '../environment/databases.js';
import { table } from '../frame/report.js';

/** Settings with which PostgreSQL counts its statements; this costs a few percent. */
export const statementSettings = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '10000' };

const longest = `
select d.datname as database, s.calls::float8 as calls, s.total_exec_time::float8 as milliseconds, s.rows::float8 as rows, regexp_replace(s.query, '[[:space:]]+', ' ', 'g') as query
from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname <> 'postgres' order by s.total_exec_time desc limit 45`;

/** The statements of PostgreSQL, as it counts them, from `open` on. */
export class Statements {
  private constructor(private readonly client: pg.Client) {}

  static async open(postgresUrl: string): Promise<Statements> {
    const client = await connect(postgresUrl);
    await client.query('create extension if not exists pg_stat_statements');
    await client.query('select pg_stat_statements_reset()');
    return new Statements(client);
  }

  /** The statements with the longest time, each with its costs for one order. */
  async table(orders: number): Promise<string> {
    const { rows } = await this.client.query<{
      database: string;
      calls: number;
      milliseconds: number;
      rows: number;
      query: string;
    }>(longest);
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
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
