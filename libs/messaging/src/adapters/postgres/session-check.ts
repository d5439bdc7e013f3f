import pg from 'pg';
import type { DataSource } from 'typeorm';
import { columnTypes } from './column-types.js';
import { relayLimits } from './postgres-relay-session.js';

const settingsOfSession = `select current_setting('DateStyle') as "dateStyle", current_schema()::text as schema, pg_backend_pid() as pid`;
const processId = `select pg_backend_pid() as pid`;
/** A pooler may give a session the same server process by chance. */
const attempts = 3;

interface SessionSettings {
  readonly dateStyle: string;
  readonly schema: string | null;
  readonly pid: number;
}

/** Options for a connection of the library beside the pool. The pool hides the password from a copy of its options. */
export const connectionOptions = ({ options }: pg.Pool): pg.ClientConfig => ({
  ...options,
  types: columnTypes,
  ...(options.password !== undefined && { password: options.password }),
});

/** What the library cannot work with in the settings of a data source's connections; each text says what to change. */
export async function unsuitableSettings(dataSource: DataSource, pool: pg.Pool): Promise<readonly string[]> {
  return withConnection(pool, async (client) => {
    const { rows } = await client.query<SessionSettings>(settingsOfSession);
    const [settings] = rows;
    if (!settings) throw new Error('the database answered a question for its settings with no row');
    const isPooled = (client as unknown as { processID: number }).processID !== settings.pid;
    const problems = [
      dateStyleProblem(settings),
      schemaProblem(settings, (dataSource.options as { readonly schema?: string }).schema),
      isPooled && (await changesServer(pool, client)) ? poolerProblem : undefined,
    ];
    return problems.filter((problem) => problem !== undefined);
  });
}

const dateStyleProblem = ({ dateStyle }: SessionSettings): string | undefined =>
  dateStyle.startsWith('ISO')
    ? undefined
    : `the database sends dates in the style ${dateStyle}, which pg cannot read: run ALTER DATABASE … SET DateStyle TO 'ISO, MDY' (or ALTER ROLE …), or set extra: { options: '-c DateStyle=ISO' } in the data source`;

/** The library's statements name tables without a schema, so that each service can have its own. */
const schemaProblem = ({ schema }: SessionSettings, declared: string | undefined): string | undefined =>
  declared === undefined || declared === schema
    ? undefined
    : `the data source has the schema ${declared}, and its connections find tables in ${schema ?? 'no schema'}: set extra: { options: '-c search_path=${declared}' } in the data source too`;

const poolerProblem =
  'a pooler gives each transaction of a connection to another server process (pool_mode = transaction), so that the leader of the outbox would lose its lock: connect to PostgreSQL directly, or use pool_mode = session for this user';

/** True where two transactions of one connection run in different server processes, or two connections share one. */
async function changesServer(pool: pg.Pool, client: pg.Client): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = await pidOf(client);
    const changed = await withConnection(pool, async (other) => {
      await other.query('begin');
      const used = await pidOf(other);
      const after = await pidOf(client);
      await other.query('rollback');
      return used === before || after !== before;
    });
    if (changed) return true;
  }
  return false;
}

const pidOf = async (client: pg.Client): Promise<number | undefined> =>
  (await client.query<{ pid: number }>(processId)).rows[0]?.pid;

/** Beside the pool, whose only connection may be in use. */
async function withConnection<T>(pool: pg.Pool, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connectionOptions(pool), ...relayLimits, application_name: 'start check' });
  client.on('error', () => undefined); // The next query on it rejects.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
