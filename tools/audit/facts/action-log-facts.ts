import type { LoggedActionFact } from '../invariants/action-log.js';
import type { Snapshot } from './snapshot.js';

/** The content is put together here, not by a function of the database, which could have been replaced. */
const actions = `
select id, previous, hash, encode(sha256(convert_to(jsonb_build_object(
  'id', id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor, 'address', address, 'action', action,
  'subject', subject, 'reason', reason, 'detail', detail, 'previous', previous)::text, 'UTF8')), 'hex') as computed
from msg_operator_actions order by id`;

/** The log of what staff and operators did in one service. */
export async function gatherActionLog(snapshot: Snapshot, service: string): Promise<LoggedActionFact[]> {
  const facts: LoggedActionFact[] = [];
  for await (const action of snapshot.stream<Omit<LoggedActionFact, 'service'>>(actions))
    facts.push({ service, ...action });
  return facts;
}
