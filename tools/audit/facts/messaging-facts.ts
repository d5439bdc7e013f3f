import type { PendingEffect, Unpublished } from '../invariants/liveness.js';
import type { BlockedKeyFact, DeadLetterFact, SagaFact } from '../invariants/waiting-for-operator.js';
import { CompactTable, names, texts } from './compact-table.js';
import { IdList } from './id-list.js';
import type { Snapshot } from './snapshot.js';

const deadLetters = `
select l.consumer, p.topic, coalesce(p.key, '') as key, p.message_id::text as message, l.cause || ': ' || l.detail as cause
from msg_blocked_keys l join msg_dead_letters p using (consumer, ordering_key) order by l.consumer, l.ordering_key, p.position`;
const keysWithoutDeadLetters = `
select l.consumer, split_part(l.ordering_key, E'\\n', 1) as topic, coalesce(l.key, '') as key, '' as message, l.cause || ': ' || l.detail as cause
from msg_blocked_keys l where not exists (select 1 from msg_dead_letters p where p.consumer = l.consumer and p.ordering_key = l.ordering_key)`;
const blockedKeys = `
select h.topic, h.key, coalesce(o.id::text, '') as message, h.reason from msg_outbox_blocked_keys h left join msg_outbox o using (position) order by h.topic, h.key`;
const pendingEffects = `
select id::text as id, name, key, correlation as subject, attempts, last_error as "lastError" from msg_effects where done_at is null order by position`;
const unpublished = `
select topic, key, id::text as message from msg_outbox order by position`;
const sagas = `select id, saga, subject, status, state->>'step' as step, stuck from msg_sagas`;
const archivedTopics = `select topic, count(*)::int as rows from msg_outbox_archive group by topic order by topic`;
const archivedIds = `select id::text as id from msg_outbox_archive where topic = $1 order by id`;

/** What the messaging library stores in one service's database. */
export interface MessagingFacts {
  readonly service: string;
  readonly deadLetters: readonly DeadLetterFact[];
  readonly blockedKeys: readonly BlockedKeyFact[];
  readonly effects: readonly PendingEffect[];
  readonly unpublished: readonly Unpublished[];
  readonly sagas: Iterable<SagaFact>;
  readonly archivedTopics: readonly { readonly topic: string; readonly rows: number }[];
}

export async function gatherMessaging(snapshot: Snapshot, service: string): Promise<MessagingFacts> {
  const rows = async <R extends { readonly service: string }>(sql: string): Promise<R[]> =>
    (await snapshot.rows<Omit<R, 'service'>>(sql)).map((row) => ({ service, ...row }) as R);
  return {
    service,
    deadLetters: [
      ...(await rows<DeadLetterFact>(deadLetters)),
      ...(await rows<DeadLetterFact>(keysWithoutDeadLetters)),
    ],
    blockedKeys: await rows<BlockedKeyFact>(blockedKeys),
    effects: await rows<PendingEffect>(pendingEffects),
    unpublished: await rows<Unpublished>(unpublished),
    sagas: await gatherSagaRows(snapshot),
    archivedTopics: await snapshot.rows(archivedTopics),
  };
}

async function gatherSagaRows(snapshot: Snapshot): Promise<Iterable<SagaFact>> {
  const found = new CompactTable<SagaFact>({
    id: texts(),
    saga: names(),
    subject: texts(),
    status: names(),
    step: names(),
    stuck: names(),
  });
  for await (const row of snapshot.stream<SagaFact>(sagas)) found.add(row);
  return found;
}

export async function gatherArchive(snapshot: Snapshot, topic: string): Promise<IdList> {
  const ids = new IdList();
  for await (const { id } of snapshot.stream<{ id: string }>(archivedIds, [topic])) ids.add(id);
  return ids;
}
