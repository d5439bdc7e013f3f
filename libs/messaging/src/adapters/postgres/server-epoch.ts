import type { PoolClient, QueryConfig } from 'pg';
import { statementOf } from './sql.js';

const find = `select id::text as id from msg_server_epoch`;
const make = `insert into msg_server_epoch default values on conflict do nothing`;

const known = new WeakMap<PoolClient, string>();

/**
 * A word for the time between two crashes of the server, asked once a connection: none outlives a crash. A server that comes
 * back gives the ids of transactions anew that it had not written to disk: an id means something only together with this word.
 *
 * @param silence milliseconds without an answer after which the connection counts as lost
 */
export async function serverEpochOf(client: PoolClient, silence: number): Promise<string> {
  const ask = async (text: string): Promise<string | undefined> => {
    const { rows } = await client.query<{ id: string }>({
      ...statementOf(text, []),
      query_timeout: silence,
    } as QueryConfig);
    return rows[0]?.id;
  };
  let word = known.get(client) ?? (await ask(find));
  while (word === undefined) {
    await ask(make);
    word = await ask(find);
  }
  known.set(client, word);
  return word;
}
