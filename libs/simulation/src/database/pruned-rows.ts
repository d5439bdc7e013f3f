import {
  SagaHistory,
  SagaInstances,
  type PrunedStep,
  type PruneStep,
  type SagaHistoryRow,
  type SagaRow,
} from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import type { SimulatedDatabase } from './simulated-database.js';

interface Candidate {
  /** Its key in the order of the walk. */
  readonly key: string;
  readonly isOld: boolean;
  remove(transaction: DatabaseTransaction): Promise<unknown>;
}

/** One step of a walk: looks at the next rows of a table and removes those that may go. */
export async function prune(
  database: SimulatedDatabase,
  transaction: DatabaseTransaction,
  step: PruneStep,
): Promise<PrunedStep> {
  const walked = candidatesOf(database, transaction.startedAt, step)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ key }) => step.after === null || key > step.after)
    .slice(0, step.rows);
  const old = walked.filter(({ isOld }) => isOld);
  for (const each of old) await each.remove(transaction);
  return { removed: old.length, after: walked.length < step.rows ? null : (walked.at(-1)?.key ?? null) };
}

function candidatesOf(database: SimulatedDatabase, now: number, step: PruneStep): Candidate[] {
  const before = step.before.getTime();
  switch (step.table) {
    case 'msg_inbox':
      return inboxCandidates(database, now, step);
    case 'msg_outbox_archive':
      return database.outbox.archiveCandidates(before, step.partitions ?? []).map(({ position, isOld, place }) => ({
        key: String(position).padStart(20, '0'),
        isOld,
        remove: async (transaction) => {
          await database.outbox.removeArchived(transaction, position);
          await database.retention.raiseArchive(transaction, place);
        },
      }));
    case 'msg_effects':
      return database.effects.committed().map(({ id, doneAt }) => ({
        key: id,
        isOld: doneAt !== undefined && doneAt < before,
        remove: (transaction) => database.effects.remove(transaction, id),
      }));
    case 'msg_idempotency':
      return database.idempotency.candidates().map(({ key, claimedAt }) => ({
        key,
        isOld: claimedAt < before,
        remove: (transaction) => database.idempotency.remove(transaction, key),
      }));
    case 'msg_saga_history': {
      const isEnded = ({ status, updatedAt }: SagaRow): boolean =>
        status !== 'running' && status !== 'compensating' && updatedAt.getTime() < before;
      const ended = new Set(
        database
          .rows<SagaRow>(SagaInstances)
          .filter(isEnded)
          .map(({ id }) => id),
      );
      return database.rows<SagaHistoryRow>(SagaHistory).map(({ id, sagaId }) => ({
        key: id,
        isOld: ended.has(sagaId),
        remove: (transaction) => database.tableRows(SagaHistory).remove(transaction, [id]),
      }));
    }
  }
}

function inboxCandidates(
  database: SimulatedDatabase,
  now: number,
  { consumer, settledMs = 0 }: PruneStep,
): Candidate[] {
  const horizons = database.retention.horizons().filter((each) => each.consumer === consumer);
  const isOld = (topic: string, receivedAt: number): boolean => {
    const ofTopic = horizons.filter((each) => each.topic === topic);
    return (
      ofTopic.length > 0 &&
      ofTopic.every(({ marksBefore, raisedAt }) => receivedAt < marksBefore.getTime() && raisedAt <= now - settledMs)
    );
  };
  return database.inbox
    .received()
    .filter((each) => each.consumer === consumer)
    .map(({ id, orderingKey, receivedAt }) => ({
      key: id,
      isOld: isOld(orderingKey.split('\n')[0] ?? '', receivedAt),
      remove: (transaction) => database.inbox.prune(transaction, consumer ?? '', id),
    }));
}
