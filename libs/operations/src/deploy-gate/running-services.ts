import type { ServiceDescription } from '@tradewind/messaging/internals';
import { queryAll, type Databases } from '../databases/databases.js';
import type { RunningService } from './deploy-problems.js';

/** An instance renews its description once a minute. */
const running = `
select description,
  coalesce((select jsonb_agg(jsonb_build_object('saga', saga, 'version', version, 'instances', n) order by saga, version) from (
    select saga, version, count(*)::int as n from msg_sagas where status in ('running', 'compensating') group by saga, version) as s), '[]') as "openSagas",
  coalesce((select jsonb_agg(jsonb_build_object('name', name, 'count', n) order by name) from (
    select name, count(*)::int as n from msg_effects where done_at is null group by name) as e), '[]') as "pendingEffects"
from msg_descriptions where seen_at > (select max(seen_at) from msg_descriptions) - interval '3 minutes' order by seen_at desc, hash`;

/**
 * The versions of each service that run, or ran last where none runs: those that were seen within three minutes of the one that was seen
 * last. A service that never started has none.
 */
export const runningServices = async (databases: Databases): Promise<RunningService[]> =>
  (await queryAll<RunningService & { readonly description: ServiceDescription }>(databases, running)).map(
    ({ description, openSagas, pendingEffects }) => ({ description, openSagas, pendingEffects }),
  );
