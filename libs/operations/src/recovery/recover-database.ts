import { groupBy } from '@tradewind/kernel';
import type { KafkaClient, Topic } from '@tradewind/messaging';
import {
  ownTopics,
  SagaHistory,
  SagaInstances,
  type OutboxRow,
  appendOutbox,
  decode,
  orderingKeyOf,
  retentionText,
  isCompacted,
  traceOfRow,
} from '@tradewind/messaging/internals';
import { readMessage, type MessageRegistry } from '@tradewind/messaging/message';
import type { EntityManager } from 'typeorm';
import { savePublishedEnds } from './archive.js';
import { insertBackup, readBackup, readBackupTables } from './backup.js';
import { endsByPartition, savePartitionCounts, type RecoveredPartitionCount } from './partition-counts.js';
import type { PublishedLog } from './published-log.js';
import { messagesOf, readPublished } from './read-published.js';
import type { ConsumerDescription } from './recover-offsets.js';
import {
  recordRecovery,
  RecoveryRejected,
  rejectRunningService,
  StepProgress,
  type RecoveryContext,
} from './recovery-context.js';
import type { BackupRows, Consumed, Published, Recovery } from './recovery.js';
import {
  beginRestore,
  endRestore,
  restoreAnswers,
  restoreArchive,
  restoreEffects,
  restoreInbox,
  restoreRows,
  restoreSagas,
  restoreSequences,
  unpublishedRows,
  type HandledMessage,
} from './restore-rows.js';

/** What a database is recovered from. */
export interface DatabaseRecovery {
  readonly recovery: Recovery;
  readonly consumers: readonly ConsumerDescription[];
  /** The table in which TypeORM records migrations. */
  readonly migrationsTable: string;
  /** A file of `backUp`; without one, the tables that no message describes keep their rows. */
  readonly backup?: string;
}

/** What a recovery of a database brought back. */
export interface RecoveredDatabase {
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  readonly messages: number;
  /** Messages in the outbox of a restored database that were not published. */
  readonly unpublished: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/**
 * Recovers a service's database from its own topics, in one transaction: archive, business rows, sagas, timeouts, pending effects,
 * answers to requests with a key, and the inbox, by causation. All other content of the database is deleted, except the tables that
 * no message describes. Records are in a temporary file meanwhile, not in memory. Messages whose handling published nothing must be
 * handled again afterwards. May be repeated.
 */
export async function recoverDatabase(
  context: RecoveryContext,
  databaseRecovery: DatabaseRecovery,
): Promise<RecoveredDatabase> {
  await rejectRunningService(context);
  const { dataSource, kafka, options } = context;
  const { recovery, consumers, backup: file } = databaseRecovery;
  if ((options.sagas ?? []).length > 0 && !recovery.sagas) {
    throw new RecoveryRejected(
      `the recovery of ${options.service} does not recover its sagas: without them, running sagas would never end`,
    );
  }
  const own = ownTopics(options);
  await rejectDeletedRecords(context, own);
  const published = await readPublished(context, own, `reading what ${options.service} has published`, options.service);
  try {
    const backup =
      file === undefined ? await readBackupTables(dataSource, recovery.backup ?? []) : await readBackup(context, file);
    const topics = consumedTopics(context, consumers);
    const consumed = await readPublished(context, topics, `reading what ${options.service} has consumed`);
    try {
      const ends = await kafka.endOffsets(own.map(({ name }) => name));
      const progress = new StepProgress(context, `writing the database of ${options.service}`);
      const sources = { published, consumed, backup, ends };
      const restored = await dataSource.transaction((manager) =>
        restore(manager, context, databaseRecovery, sources, progress),
      );
      progress.report();
      const recovered = { ...restored, seconds: progress.seconds, perSecond: progress.perSecond };
      await recordRecovery(context, 'recover database', recovered);
      return recovered;
    } finally {
      consumed.close();
    }
  } finally {
    published.close();
  }
}

/** The rows of a service follow from all that it has published. */
async function rejectDeletedRecords({ kafka, options }: RecoveryContext, own: readonly Topic[]): Promise<void> {
  const ends = await kafka.endOffsets(own.map(({ name }) => name));
  const found = ends.find(({ start }) => start > 0n);
  if (!found) return;
  const { topic, partition, start } = found;
  const declared = own.find(({ name }) => name === topic);
  throw new RecoveryRejected(
    `the database of ${options.service} cannot be recovered from its topics: the records of ${topic} partition ${partition} before offset ${start} were deleted ` +
      `(its retention is ${retentionText(declared?.retention ?? 'keep')}). Restore a backup of the database instead`,
  );
}

interface Sources {
  readonly published: PublishedLog;
  readonly consumed: PublishedLog;
  readonly backup: BackupRows;
  readonly ends: Awaited<ReturnType<KafkaClient['endOffsets']>>;
}

async function restore(
  manager: EntityManager,
  context: RecoveryContext,
  { recovery, consumers, migrationsTable }: DatabaseRecovery,
  { published, consumed, backup, ends }: Sources,
  progress: StepProgress,
): Promise<Omit<RecoveredDatabase, 'seconds' | 'perSecond'>> {
  const { options } = context;
  const own = ownTopics(options);
  // Rows of the outbox that are on a topic were published, but not marked.
  const unpublished = (await unpublishedRows(manager)).filter(({ id }) => !published.has(id));
  const messages: Iterable<Published> = { [Symbol.iterator]: () => allMessages(published, unpublished, context) };
  const tables = await beginRestore(manager, migrationsTable);
  const restored = await restoreBusinessRows(manager, recovery, messages, backup, progress);
  const archivedTopics = new Set(own.filter(({ retention }) => !isCompacted(retention)).map(({ name }) => name));
  const archived = await restoreArchive(
    manager,
    filter(published.byTime(), ({ record }) => archivedTopics.has(record.topic)),
  );
  await restoreSequences(manager, published.byTime());
  await savePublishedEnds(manager, ends);
  await savePartitionCounts(manager, partitionCountsOf(own, published, ends));
  await appendOutbox((text, values) => manager.query(text, [...values]), unpublished);
  if (recovery.answers)
    restored.push({ table: 'msg_idempotency', rows: await restoreAnswers(manager, recovery.answers(messages)) });
  if (recovery.sagas) {
    const recovered = recovery.sagas(messages, consumedMessages(consumed, options.contracts));
    const { sagas, history } = await restoreSagas(manager, recovered);
    restored.push({ table: SagaInstances.name, rows: sagas }, { table: SagaHistory.name, rows: history });
  }
  if (recovery.pendingEffects) await restoreEffects(manager, recovery.pendingEffects(messages));
  await restoreInbox(manager, handledMessages(consumers, consumed, causesOf(published, unpublished)));
  progress.add(archived);
  await endRestore(manager, tables);
  return { tables: restored, messages: archived, unpublished: unpublished.length };
}

function consumedTopics({ options }: RecoveryContext, consumers: readonly ConsumerDescription[]): readonly Topic[] {
  const names = new Set(consumers.flatMap(({ topics }) => topics));
  return options.contracts.topics.filter(({ name }) => names.has(name));
}

/** As on the brokers. A topic with a partition increase gets its current ends as previous ends: new records come after all others. */
const partitionCountsOf = (
  own: readonly Topic[],
  published: PublishedLog,
  ends: Sources['ends'],
): RecoveredPartitionCount[] =>
  own.map(({ name, partitions }) => {
    const current = endsByPartition(ends.filter(({ topic }) => topic === name));
    const isIncreased = published.hasPartitionIncrease(name) || current.length !== partitions;
    return { topic: name, partitions: current.length, previousEnds: isIncreased ? current : [] };
  });

/** Key by key, with unpublished messages after the published ones of their key. */
function* allMessages(
  published: PublishedLog,
  unpublished: readonly OutboxRow[],
  { options: { contracts, service } }: RecoveryContext,
): Generator<Published> {
  const byKey = groupBy(unpublished, ({ key }) => key);
  for (const [key, records] of published.byKey()) {
    yield* messagesOf(records, contracts);
    yield* unpublishedMessages(byKey.get(key) ?? [], contracts, service);
    byKey.delete(key);
  }
  for (const rows of byKey.values()) yield* unpublishedMessages(rows, contracts, service);
}

function* unpublishedMessages(
  rows: readonly OutboxRow[],
  contracts: MessageRegistry,
  service: string,
): Generator<Published> {
  for (const row of rows) {
    const { id, type, version, key, payload, causation, correlation, occurredAt } = row;
    const known = contracts.find(type);
    if (!known) continue; // a dead letter: nothing follows from it
    const message = readMessage(known.cls, payload === null ? { [known.info.key]: key } : JSON.parse(payload), version);
    yield {
      message,
      envelope: {
        id,
        type,
        version,
        source: `/${service}`,
        sequence: 0n,
        correlation,
        causation,
        trace: traceOfRow(row),
      },
      at: occurredAt,
    };
  }
}

const consumedMessages = (consumed: PublishedLog, contracts: MessageRegistry): Consumed => ({
  get(id) {
    const found = consumed.get(id);
    const decoded = found && decode(found.record, contracts);
    return !decoded || decoded.poison || decoded.skipped ? undefined : decoded.message;
  },
});

/** Rows first, then the backup, which refers to them. A backup row without its published row is dropped. */
async function restoreBusinessRows(
  manager: EntityManager,
  recovery: Recovery,
  messages: Iterable<Published>,
  backup: BackupRows,
  progress: StepProgress,
): Promise<{ table: string; rows: number }[]> {
  const restored: { table: string; rows: number }[] = [];
  try {
    for (const [table, rows] of recovery.rows(messages, backup)) {
      restored.push({ table: table.name, rows: await restoreRows(manager, table, rows) });
      progress.report();
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw new RecoveryRejected(
        `messages are missing on the topics: ${error.message}. Recover the topics first, with "tradewind recover kafka"`,
        { cause: error },
      );
    throw error;
  }
  const isObsolete = recovery.obsolete?.(messages) ?? (() => false);
  for (const table of recovery.backup ?? []) {
    const rows = (backup.get(table) ?? []).filter((row) => !isObsolete(table, row));
    restored.push({ table, rows: await insertBackup(manager, table, rows) });
  }
  return restored;
}

/** Ids of messages whose handling published something. A message without a cause names itself. */
function causesOf(published: PublishedLog, unpublished: readonly OutboxRow[]): ReadonlySet<string> {
  const causes = new Set(unpublished.flatMap(({ id, causation }) => (causation === id ? [] : [causation])));
  for (const {
    envelope: { id, causation },
  } of published.byTime())
    if (causation !== undefined && causation !== id) causes.add(causation);
  return causes;
}

/** A message counts as handled if its handling published something. All others are handled again: guards make that harmless. */
function* handledMessages(
  consumers: readonly ConsumerDescription[],
  consumed: PublishedLog,
  causes: ReadonlySet<string>,
): Generator<HandledMessage> {
  const byType = groupBy(
    consumers.flatMap(({ group, decidingTypes, types }) => (decidingTypes ?? types).map((type) => ({ group, type }))),
    ({ type }) => type,
  );
  for (const {
    envelope: { id, type },
    record,
  } of consumed.byTime()) {
    if (!causes.has(id)) continue;
    for (const { group } of byType.get(type) ?? []) yield { consumer: group, id, orderingKey: orderingKeyOf(record) };
  }
}

function* filter<T>(all: Iterable<T>, matches: (each: T) => boolean): Generator<T> {
  for (const each of all) if (matches(each)) yield each;
}
