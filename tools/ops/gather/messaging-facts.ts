import type { OpenEffect, Unpublished } from '../audit/liveness.js';
import type { HeldFact, ParkedFact, SagaFact } from '../audit/waiting.js';
import { IdList } from './id-list.js';
import type { Snapshot } from './read-only.js';

const parked = `
select l.consumer, p.topic, coalesce(p.key, '') as key, p.message_id::text as message, l.cause || ': ' || l.detail as cause
from msg_parked_lanes l join msg_parked p using (consumer, lane) order by l.consumer, l.lane, p.place`;
const emptyLanes = `
select l.consumer, split_part(l.lane, E'\\n', 1) as topic, coalesce(l.key, '') as key, '' as message, l.cause || ': ' || l.detail as cause
from msg_parked_lanes l where not exists (select 1 from msg_parked p where p.consumer = l.consumer and p.lane = l.lane)`;
const held = `
select h.topic, h.key, coalesce(o.id::text, '') as message, h.reason from msg_outbox_held h left join msg_outbox o using (position) order by h.topic, h.key`;
const openEffects = `
select id::text as id, name, key, correlation as subject, tries, last_error as "lastError" from msg_effects where done_at is null order by place`;
const unpublished = `
select topic, key, id::text as message from msg_outbox order by position`;
const sagas = `select id, saga, subject, status, state->>'step' as step, alarmed from msg_sagas`;
const archivedTopics = `select topic, count(*)::int as rows from msg_outbox_archive group by topic order by topic`;
const archivedIds = `select id::text as id from msg_outbox_archive where topic = $1 order by id`;

/** What the messaging library keeps in one service's database. */
export interface MessagingFacts {
  readonly service: string;
  readonly parked: readonly ParkedFact[];
  readonly held: readonly HeldFact[];
  readonly effects: readonly OpenEffect[];
  readonly unpublished: readonly Unpublished[];
  readonly sagas: readonly SagaFact[];
  readonly archivedTopics: readonly { readonly topic: string; readonly rows: number }[];
}

export async function gatherMessaging(snapshot: Snapshot, service: string): Promise<MessagingFacts> {
  const mine = <R extends object>(rows: R[]): (R & { service: string })[] => rows.map((row) => ({ service, ...row }));
  return {
    service,
    parked: mine([
      ...(await snapshot.rows<Omit<ParkedFact, 'service'>>(parked)),
      ...(await snapshot.rows<Omit<ParkedFact, 'service'>>(emptyLanes)),
    ]),
    held: mine(await snapshot.rows<Omit<HeldFact, 'service'>>(held)),
    effects: mine(await snapshot.rows<Omit<OpenEffect, 'service'>>(openEffects)),
    unpublished: mine(await snapshot.rows<Omit<Unpublished, 'service'>>(unpublished)),
    sagas: await snapshot.rows<SagaFact>(sagas),
    archivedTopics: await snapshot.rows(archivedTopics),
  };
}

export async function gatherArchive(snapshot: Snapshot, topic: string): Promise<IdList> {
  const ids = new IdList();
  for await (const { id } of snapshot.stream<{ id: string }>(archivedIds, [topic])) ids.add(id);
  return ids;
}
