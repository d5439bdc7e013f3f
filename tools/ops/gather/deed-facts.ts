import type { DeedFacts } from '../audit/effects-once.js';
import { alwaysAnswering } from '../audit/who-hears-what.js';
import { IdList } from './id-list.js';
import type { Snapshot } from './read-only.js';

/** Without the generations of replays, which are marked `cart.prices#2`: a second time is what they are for. */
const inboxes = `select consumer from msg_inbox where consumer not like '%#%' group by consumer order by consumer`;
const inbox = `select message_id::text as id from msg_inbox where consumer = $1 order by message_id`;
const discards = `select split_part(subject, ' ', 1) as consumer, detail->>'message' as message from msg_operator_actions where action = 'discard'`;

/** Everything said for good, published or not. Dead letters tell of what was not handled: they are no effect. */
const said = `
select id, causation, type, key from msg_outbox_archive where type <> 'message.parked'
union all select id, causation, type, key from msg_outbox where type <> 'message.parked' and archived`;
const causes = (ledger: boolean): string => `
with said as (${said}),
done as (
  select causation as cause from said where causation <> id
  union select cause from msg_effects
  union select cause from msg_saga_journal
  ${ledger ? 'union select cause from ledger_entries' : ''})
select cause::text as id from done d where not exists (select 1 from msg_inbox i where i.message_id = d.cause) order by cause`;
const saidAgain = `
with said as (${said})
select causation::text as cause, type, key, count(*)::int as times from said group by causation, type, key having count(*) > 1`;

/** One message's wishes, and calls that an order wants once, whatever causes them. */
const wishedAgain = `
select name, key, cause::text as cause, count(*)::int as times from msg_effects group by name, key, cause, payload having count(*) > 1
union all
select name, key, max(cause::text), count(*)::int from msg_effects where name in ('payment.take', 'payment.give-back')
group by name, key having count(distinct cause) > 1`;
const transitionsAgain = `
select saga_id as saga, cause::text as cause, (transition->>'from') || ' → ' || (transition->>'to') as transition, count(*)::int as times
from msg_saga_journal group by 1, 2, 3 having count(*) > 1`;
const unanswered = `
with said as (${said})
select i.consumer, i.message_id::text as message from msg_inbox i
where i.consumer = any($1) and not exists (select 1 from said where said.causation = i.message_id)
  and not exists (select 1 from msg_operator_actions o where o.action = 'discard' and o.detail->>'message' = i.message_id::text)`;

const bookedInSilence = `
with said as (${said})
select distinct e.operation, e.order_id::text as "order", e.cause::text as cause from ledger_entries e
where not exists (select 1 from said where said.causation = e.cause and said.key = e.order_id::text)`;
const bookedAgain = `
select operation, order_id::text as "order", count(distinct cause)::int as causes from ledger_entries group by operation, order_id having count(distinct cause) > 1`;

export interface GatheredDeeds extends DeedFacts {
  /** By consumer. */
  readonly inboxes: ReadonlyMap<string, IdList>;
  readonly discarded: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a service has in its inboxes, and what it has done because of what. Sixteen bytes a message. */
export async function gatherDeeds(snapshot: Snapshot, service: string): Promise<GatheredDeeds> {
  const ledger = service === 'payment';
  const names = await snapshot.rows<{ consumer: string }>(inboxes);
  return {
    service,
    inboxes: new Map(
      await inTurn(names, async ({ consumer }) => [consumer, await idsOf(snapshot, inbox, [consumer])] as const),
    ),
    discarded: byConsumer(await snapshot.rows<{ consumer: string; message: string }>(discards)),
    causesWithoutInbox: await idsOf(snapshot, causes(ledger), []),
    saidAgain: await snapshot.rows(saidAgain),
    wishedAgain: await snapshot.rows(wishedAgain),
    transitionsAgain: await snapshot.rows(transitionsAgain),
    unanswered: await snapshot.rows(unanswered, [alwaysAnswering]),
    bookedInSilence: ledger ? await snapshot.rows(bookedInSilence) : [],
    bookedAgain: ledger ? await snapshot.rows(bookedAgain) : [],
  };
}

async function idsOf(snapshot: Snapshot, sql: string, values: readonly unknown[]): Promise<IdList> {
  const ids = new IdList();
  for await (const { id } of snapshot.stream<{ id: string }>(sql, values)) ids.add(id);
  return ids;
}

async function inTurn<T, R>(list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const each of list) results.push(await work(each));
  return results;
}

function byConsumer(rows: readonly { consumer: string; message: string }[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { consumer, message } of rows) found.set(consumer, (found.get(consumer) ?? new Set()).add(message));
  return found;
}
