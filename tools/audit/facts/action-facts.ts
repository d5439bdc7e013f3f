import { replyingConsumers } from '../invariants/consumed-types.js';
import type { ActionFacts } from '../invariants/effects-once.js';
import { IdList } from './id-list.js';
import type { Snapshot } from './snapshot.js';

/** Without the generations of replays, which are named like `cart.prices#2`: they handle messages a second time on purpose. */
const consumers = `select consumer from msg_inbox where consumer not like '%#%' group by consumer order by consumer`;
const inbox = `select message_id::text as id from msg_inbox where consumer = $1 order by message_id`;
const discards = `select split_part(subject, ' ', 1) as consumer, detail->>'message' as message from msg_operator_actions where action = 'discard'`;

/** All committed messages, published or not. A message about a dead letter is no effect of the dead letter. */
const published = `
select id, causation, type, key from msg_outbox_archive where type <> 'message.dead-lettered'
union all select id, causation, type, key from msg_outbox where type <> 'message.dead-lettered' and archived`;
const causesWithoutInbox = (ledger: boolean): string => `
with published as (${published}),
causes as (
  select causation as cause from published where causation <> id
  union select cause from msg_effects
  union select cause from msg_saga_history
  ${ledger ? 'union select cause from ledger_entries' : ''})
select cause::text as id from causes c where not exists (select 1 from msg_inbox i where i.message_id = c.cause) order by cause`;
const publishedTwice = `
with published as (${published})
select causation::text as cause, type, key, count(*)::int as times from published group by causation, type, key having count(*) > 1`;

/** Effects that one message scheduled twice, and calls that an order needs once for any number of causes. */
const scheduledTwice = `
select name, key, cause::text as cause, count(*)::int as times from msg_effects group by name, key, cause, payload having count(*) > 1
union all
select name, key, max(cause::text), count(*)::int from msg_effects where name in ('payment.take', 'payment.refund')
group by name, key having count(distinct cause) > 1`;
const transitionedTwice = `
select saga_id as saga, cause::text as cause, (transition->>'from') || ' → ' || (transition->>'to') as transition, count(*)::int as times
from msg_saga_history group by 1, 2, 3 having count(*) > 1`;
const unanswered = `
with published as (${published})
select i.consumer, i.message_id::text as message from msg_inbox i
where i.consumer = any($1) and not exists (select 1 from published where published.causation = i.message_id)
  and not exists (select 1 from msg_operator_actions o where o.action = 'discard' and o.detail->>'message' = i.message_id::text)`;

export interface ServiceActions extends ActionFacts {
  /** By consumer. */
  readonly inboxes: ReadonlyMap<string, IdList>;
  readonly discarded: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The inboxes of a service, and what it did because of which message. 16 bytes of memory a message. */
export async function gatherActions(
  snapshot: Snapshot,
  service: string,
  { hasLedger }: { readonly hasLedger: boolean },
): Promise<ServiceActions> {
  const inboxes = new Map<string, IdList>();
  for (const { consumer } of await snapshot.rows<{ consumer: string }>(consumers))
    inboxes.set(consumer, await idsOf(snapshot, inbox, [consumer]));
  return {
    service,
    inboxes,
    discarded: byConsumer(await snapshot.rows<{ consumer: string; message: string }>(discards)),
    causesWithoutInbox: await idsOf(snapshot, causesWithoutInbox(hasLedger), []),
    publishedTwice: await snapshot.rows(publishedTwice),
    scheduledTwice: await snapshot.rows(scheduledTwice),
    transitionedTwice: await snapshot.rows(transitionedTwice),
    unanswered: await snapshot.rows(unanswered, [replyingConsumers]),
  };
}

async function idsOf(snapshot: Snapshot, sql: string, values: readonly unknown[]): Promise<IdList> {
  const ids = new IdList();
  for await (const { id } of snapshot.stream<{ id: string }>(sql, values)) ids.add(id);
  return ids;
}

function byConsumer(rows: readonly { consumer: string; message: string }[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { consumer, message } of rows) found.set(consumer, (found.get(consumer) ?? new Set()).add(message));
  return found;
}
