import type { EntityManager } from 'typeorm';
import { groupBy } from '@tradewind/kernel';
import { decode } from '../consume/decode.js';
import { readMessage, type Catalogue, type Topic } from '../contract/index.js';
import { ownTopics } from '../outbox/own-topics.js';
import { appendOutbox } from '../postgres/outbox-sql.js';
import { SagaJournal, Sagas } from '../sagas/saga-tables.js';
import type { OutboxRow } from '../store/store.js';
import { setPublishedTo } from './archive-sql.js';
import { insertKept, readBackup, readKept } from './kept-rows.js';
import { Counter, recordDeed, refuseCompany, RecoveryRefused, type RecoveryContext } from './recovery-context.js';
import type { ConsumerOf } from './recover-positions.js';
import type { Heard, Kept, Recovery, Told } from './recovery.js';
import {
  beginRefill,
  endRefill,
  refillAnswers,
  refillArchive,
  refillEffects,
  refillInbox,
  refillRows,
  refillSagas,
  refillSequences,
  unpublished,
} from './refill-sql.js';
import { messagesOf, readTold } from './told.js';
import type { ToldLog } from './told-log.js';
import { endsOf, setSizes, type Size } from './topic-sizes.js';

export interface DatabaseRecovery {
  readonly recovery: Recovery;
  readonly consumers: readonly ConsumerOf[];
  /** Where TypeORM notes the migrations. */
  readonly migrationsTable: string;
  /** A file that `backUp` has written; without one the tables that are in no event keep what they hold. */
  readonly backup?: string;
}

export interface RecoveredDatabase {
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  readonly messages: number;
  /** Said and not published when the database was left, which a restored one still knew. */
  readonly unpublished: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/**
 * Brings a service's database back from its own topics, in one transaction: what was published, business rows, sagas, deadlines,
 * open effects, answers to requests with a key, and what is known to be handled, by causation. Whatever else the database held goes,
 * but for the tables that are in no event; records lie in a temporary file meanwhile, not in memory. What was handled and left no trace is to be handled again afterwards. May be repeated.
 */
export async function recoverDatabase(context: RecoveryContext, how: DatabaseRecovery): Promise<RecoveredDatabase> {
  await refuseCompany(context);
  const { dataSource, kafka, options } = context;
  const { recovery, consumers } = how;
  if ((options.sagas ?? []).length > 0 && !recovery.sagas) {
    throw new RecoveryRefused(
      `the recovery of ${options.service} does not tell how its sagas come back: without them what is under way would never end`,
    );
  }
  const own = ownTopics(options);
  const told = await readTold(context, own, `reading what ${options.service} has said`, options.service);
  try {
    const kept =
      how.backup === undefined
        ? await readKept(dataSource, recovery.backup ?? [])
        : await readBackup(context, how.backup);
    const heard = await readTold(context, heardTopics(context, consumers), `reading what ${options.service} has heard`);
    try {
      const ends = await kafka.endOffsets(own.map(({ name }) => name));
      const counter = new Counter(context, `writing the database of ${options.service}`);
      const result = await dataSource.transaction((manager) =>
        refill(manager, context, how, { told, heard, kept, ends }, counter),
      );
      counter.tell();
      const all = { ...result, seconds: counter.seconds, perSecond: counter.perSecond };
      await recordDeed(context, 'recover database', all);
      return all;
    } finally {
      heard.close();
    }
  } finally {
    told.close();
  }
}

interface Sources {
  readonly told: ToldLog;
  readonly heard: ToldLog;
  readonly kept: Kept;
  readonly ends: Awaited<ReturnType<RecoveryContext['kafka']['endOffsets']>>;
}

async function refill(
  manager: EntityManager,
  context: RecoveryContext,
  { recovery, consumers, migrationsTable }: DatabaseRecovery,
  { told, heard, kept, ends }: Sources,
  counter: Counter,
): Promise<Omit<RecoveredDatabase, 'seconds' | 'perSecond'>> {
  const { options } = context;
  const waiting = await leftOver(manager, told);
  const said: Iterable<Told> = { [Symbol.iterator]: () => everySaid(told, waiting, context) };
  const tables = await beginRefill(manager, migrationsTable);
  const filled = await refillBusiness(manager, recovery, said, kept, counter);
  const keptTopics = new Set(
    ownTopics(options)
      .filter(({ retention }) => retention === 'keep')
      .map(({ name }) => name),
  );
  const messages = await refillArchive(
    manager,
    those(told.byTime(), ({ record }) => keptTopics.has(record.topic)),
  );
  await refillSequences(manager, told.byTime());
  await setPublishedTo(manager, ends);
  await setSizes(manager, sizesOn(ownTopics(options), told, ends));
  await appendOutbox((text, values) => manager.query(text, values as unknown[]), waiting);
  if (recovery.answers)
    filled.push({ table: 'msg_idempotency', rows: await refillAnswers(manager, recovery.answers(said)) });
  if (recovery.sagas) {
    const { sagas, journal } = await refillSagas(manager, recovery.sagas(said, heardBy(heard, options.contracts)));
    filled.push({ table: Sagas.name, rows: sagas }, { table: SagaJournal.name, rows: journal });
  }
  if (recovery.openEffects) await refillEffects(manager, recovery.openEffects(said));
  await refillInbox(manager, handledBy(consumers, heard, causesOf(told, waiting)));
  counter.add(messages);
  await endRefill(manager, tables);
  return { tables: filled, messages, unpublished: waiting.length };
}

/** Of the topics that the service consumes, the others' and its own. */
function heardTopics({ options }: RecoveryContext, consumers: readonly ConsumerOf[]): ReturnType<typeof ownTopics> {
  const names = new Set(consumers.flatMap(({ topics }) => topics));
  return options.contracts.topics.filter(({ name }) => names.has(name));
}

/** As they are on the brokers. What is said from now on, to a topic that has grown, comes after all that is there. */
const sizesOn = (own: readonly Topic[], told: ToldLog, ends: Sources['ends']): Size[] =>
  own.map(({ name, partitions }) => {
    const there = endsOf(ends.filter(({ topic }) => topic === name));
    return {
      topic: name,
      partitions: there.length,
      after: told.hasGrown(name) || there.length !== partitions ? there : [],
    };
  });

/** What waits in the outbox and is on no topic; those that are were published and not marked. */
async function leftOver(manager: EntityManager, told: ToldLog): Promise<OutboxRow[]> {
  return (await unpublished(manager)).filter(({ id }) => !told.has(id));
}

/** Key by key, what is not published yet behind the rest of its key. */
function* everySaid(
  told: ToldLog,
  waiting: readonly OutboxRow[],
  { options: { contracts, service } }: RecoveryContext,
): Generator<Told> {
  const left = groupBy(waiting, ({ key }) => key);
  for (const [key, records] of told.byKey()) {
    yield* messagesOf(records, contracts);
    yield* waitingMessages(left.get(key) ?? [], contracts, service);
    left.delete(key);
  }
  for (const rows of left.values()) yield* waitingMessages(rows, contracts, service);
}

function* waitingMessages(rows: readonly OutboxRow[], contracts: Catalogue, service: string): Generator<Told> {
  for (const { id, type, version, key, payload, causation, correlation, traceparent, occurredAt } of rows) {
    const known = contracts.find(type);
    if (!known) continue; // a dead letter: nothing follows from it
    const message = readMessage(known.cls, payload === null ? { [known.info.key]: key } : JSON.parse(payload), version);
    yield {
      message,
      envelope: { id, type, version, source: `/${service}`, sequence: 0n, correlation, causation, traceparent },
      at: occurredAt,
    };
  }
}

const heardBy = (heard: ToldLog, contracts: Catalogue): Heard => ({
  get(id) {
    const found = heard.get(id);
    return found && decode(found.record, contracts).message;
  },
});

/** Rows, then what is in no event and refers to them. A row that was never published takes its backup with it. */
async function refillBusiness(
  manager: EntityManager,
  recovery: Recovery,
  said: Iterable<Told>,
  kept: Kept,
  counter: Counter,
): Promise<{ table: string; rows: number }[]> {
  const filled: { table: string; rows: number }[] = [];
  try {
    for (const [table, rows] of recovery.rows(said, kept)) {
      filled.push({ table: table.name, rows: await refillRows(manager, table, rows) });
      counter.tell();
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw new RecoveryRefused(
        `what lies on the topics is not whole: ${error.message}. Bring the topics back first, with "tradewind recover kafka"`,
        { cause: error },
      );
    throw error;
  }
  for (const table of recovery.backup ?? [])
    filled.push({ table, rows: await insertKept(manager, table, kept.get(table) ?? []) });
  return filled;
}

/** The messages that something was said because of. What was said of its own accord names itself. */
function causesOf(told: ToldLog, waiting: readonly OutboxRow[]): ReadonlySet<string> {
  const causes = new Set(waiting.flatMap(({ id, causation }) => (causation === id ? [] : [causation])));
  for (const {
    envelope: { id, causation },
  } of told.byTime())
    if (causation !== undefined && causation !== id) causes.add(causation);
  return causes;
}

/** A message is handled when something was said because of it. Any other is handled again: guards make that harmless. */
function* handledBy(
  consumers: readonly ConsumerOf[],
  heard: ToldLog,
  causes: ReadonlySet<string>,
): Generator<{ consumer: string; id: string; lane: string }> {
  const byType = groupBy(
    consumers.flatMap(({ group, decides, types }) => (decides ?? types).map((type) => ({ group, type }))),
    ({ type }) => type,
  );
  for (const {
    envelope: { id, type },
    record,
  } of heard.byTime()) {
    if (!causes.has(id)) continue;
    for (const { group } of byType.get(type) ?? [])
      yield { consumer: group, id, lane: `${record.topic}\n${record.key}` };
  }
}

function* those<T>(all: Iterable<T>, are: (each: T) => boolean): Generator<T> {
  for (const each of all) if (are(each)) yield each;
}
