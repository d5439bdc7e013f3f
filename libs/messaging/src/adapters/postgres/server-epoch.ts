import type { PoolClient, QueryConfig } from 'pg';
import { statementOf } from './sql.js';

const find = `select id::text as id from msg_server_epoch`;
const create = `insert into msg_server_epoch default values on conflict do nothing`;

const known = new WeakMap<PoolClient, string>();

/**
 * Identifies one uptime of the database server; changes after a crash. Read once a connection, because no connection survives a
 * crash. A crashed server reuses transaction ids that it had not written to disk, so an id has a meaning only within one epoch.
 *
 * @param silenceMs time without an answer after which the connection counts as lost
 */
export async function serverEpochOf(client: PoolClient, silenceMs: number): Promise<string> {
  const query = async (text: string): Promise<string | undefined> => {
    const { rows } = await client.query<{ id: string }>({
      ...statementOf(text, []),
      query_timeout: silenceMs,
    } as QueryConfig);
    return rows[0]?.id;
  };
  let epoch = known.get(client) ?? (await query(find));
  while (epoch === undefined) {
    await query(create);
    epoch = await query(find);
  }
  known.set(client, epoch);
  return epoch;
}
