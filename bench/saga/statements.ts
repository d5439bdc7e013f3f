import pg from 'pg';
import { tableOf } from '../ground/markdown.js';

/** What PostgreSQL needs to count its statements; it costs a few percent. */
export const countingStatements = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '10000' };

const most = 45;
const top = `
select d.datname as database, s.calls::float8 as calls, s.total_exec_time::float8 as milliseconds, s.rows::float8 as rows, regexp_replace(s.query, '[[:space:]]+', ' ', 'g') as query
from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname <> 'postgres' order by s.total_exec_time desc limit ${most}`;

/** PostgreSQL's own count of what it was asked. */
export class Statements {
  private constructor(private readonly client: pg.Client) {}

  static async open(postgresUrl: string): Promise<Statements> {
    const client = new pg.Client({ connectionString: postgresUrl, application_name: 'tradewind-bench' });
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    return new Statements(client);
  }

  async forget(): Promise<void> {
    await this.client.query('select pg_stat_statements_reset()');
  }

  /** What took longest, an order. */
  async table(orders: number): Promise<string> {
    const { rows } = await this.client.query<{
      database: string;
      calls: number;
      milliseconds: number;
      rows: number;
      query: string;
    }>(top);
    return tableOf(
      ['database', 'µs an order', 'calls an order', 'rows a call', 'statement'],
      rows.map(({ database, calls, milliseconds, rows: touched, query }) => [
        database,
        ((milliseconds * 1_000) / orders).toFixed(0),
        (calls / orders).toFixed(3),
        (touched / calls).toFixed(1),
        query.slice(0, 140).replaceAll('|', '\\|'),
      ]),
    ).join('\n');
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
