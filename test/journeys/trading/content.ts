import { readFileSync } from 'node:fs';
import { databaseServices } from '../../../tools/services.js';
import type { TradingShop } from './trading-shop.js';

/** Tables that change without a change of the shop: operator actions, replays, the outbox that is archived, timeouts that fire, and
 * when a version was seen. */
const volatile =
  '^(msg_operator|msg_replays|msg_outbox|msg_relay|msg_attempts|msg_consumer_starts|msg_timeouts|msg_descriptions)';

const tablesOf = `select table_name as name from information_schema.tables where table_schema = 'public' and table_name !~ '${volatile}'`;
const hashOf = (table: string): string =>
  `select count(*)::int as rows, md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as hash from ${table} t`;
const published = 'select (select count(*) from msg_outbox) + (select count(*) from msg_outbox_archive) as n';

/** A hash of every table, the number of published messages of every service, and the size of the payment provider's log. */
export async function contentOf(trading: TradingShop): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const service of databaseServices) {
    for (const { name } of await trading.query<{ name: string }>(service, tablesOf))
      content[`${service}.${name}`] = (await trading.query(service, hashOf(name)))[0];
    content[`${service}: messages`] = (await trading.query(service, published))[0];
  }
  return { ...content, provider: readFileSync(trading.shop.state.providerLog, 'utf8').length };
}
