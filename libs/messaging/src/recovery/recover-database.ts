import type { EntityManager } from 'typeorm';
import { groupBy } from '@tradewind/kernel';
import { readMessage } from '../contract/index.js';
import { ownTopics } from '../outbox/own-topics.js';
import { appendOutbox } from '../postgres/outbox-sql.js';
import { SagaJournal, Sagas } from '../sagas/saga-tables.js';
import type { OutboxRow } from '../store/store.js';
import { setPublishedTo } from './archive-sql.js';
import { insertKept, readBackup, readKept } from './kept-rows.js';
import { Counter, recordDeed, refuseCompany, RecoveryRefused, type RecoveryContext } from './recovery-context.js';
import type { ConsumerOf } from './recover-positions.js';
import type { Kept, Recovery, Told } from './recovery.js';
import {
  beginRefill, endRefill, refillAnswers, refillArchive, refillEffects, refillInbox, refillRows, refillSequences, refillTimers, unpublished,
} from './refill-sql.js';
import { messagesOf, readTold, type ToldRecord } from './told.js';

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
 * but for the tables that are in no event. What was handled and left no trace is to be handled again afterwards. May be repeated.
 */
export async function recoverDatabase(context: RecoveryContext, how: DatabaseRecovery): Promise<RecoveredDatabase> {
  await refuseCompany(context);
  const { dataSource, kafka, options } = context;
  const { recovery, consumers } = how;
  if ((options.sagas ?? []).length > 0 && !recovery.sagas) {
    throw new RecoveryRefused(`the recovery of ${options.service} does not tell how its sagas come back: without them what is under way would never end`);
  }
  const own = ownTopics(options);
  const told = await readTold(context, own, `reading what ${options.service} has said`, options.service);
  const kept = how.backup === undefined ? await readKept(dataSource, recovery.backup ?? []) : await readBackup(context, how.backup);
  const heard = await readTold(context, heardTopics(context, consumers), `reading what ${options.service} has heard`);
  const ends = await kafka.endOffsets(own.map(({ name }) => name));
  const counter = new Counter(context, `writing the database of ${options.service}`);
  const archived = told.filter(({ record }) => own.some(({ name, retention }) => name === record.topic && retention === 'keep'));
  const result = await dataSource.transaction(async (manager) => {
    const waiting = await leftOver(manager, told);
    const said = (): Iterable<Told> => everySaid(messagesOf(told, options.contracts), waiting, context);
    const tables = await beginRefill(manager, how.migrationsTable);
    const filled = await refillBusiness(manager, recovery, said, kept, counter);
    await refillArchive(manager, archived);
    await refillSequences(manager, told);
    await setPublishedTo(manager, ends);
    await appendOutbox((text, values) => manager.query(text, values as unknown[]), waiting);
    if (recovery.answers) filled.push({ table: 'msg_idempotency', rows: await refillAnswers(manager, recovery.answers(said())) });
    const sagas = recovery.sagas?.(said(), messagesOf(heard, options.contracts));
    if (sagas) {
      filled.push({ table: Sagas.name, rows: await refillRows(manager, Sagas, sagas.sagas) });
      filled.push({ table: SagaJournal.name, rows: await refillRows(manager, SagaJournal, sagas.journal) });
      await refillTimers(manager, sagas.timers);
    }
    if (recovery.openEffects) await refillEffects(manager, recovery.openEffects(said()));
    await refillInbox(manager, handledBy(consumers, heard, [...told.map(({ envelope }) => envelope), ...waiting]));
    counter.add(archived.length);
    await endRefill(manager, tables);
    return { tables: filled, unpublished: waiting.length };
  });
  counter.tell();
  const all = { ...result, messages: archived.length, seconds: counter.seconds, perSecond: counter.perSecond };
  await recordDeed(context, 'recover database', all);
  return all;
}

/** Of the topics that the service consumes, the others' and its own. */
function heardTopics({ options }: RecoveryContext, consumers: readonly ConsumerOf[]): ReturnType<typeof ownTopics> {
  const names = new Set(consumers.flatMap(({ topics }) => topics));
  return options.contracts.topics.filter(({ name }) => names.has(name));
}

/** What waits in the outbox and is on no topic; those that are were published and not marked. */
async function leftOver(manager: EntityManager, told: readonly ToldRecord[]): Promise<OutboxRow[]> {
  const there = new Set(told.map(({ envelope }) => envelope.id));
  return (await unpublished(manager)).filter(({ id }) => !there.has(id));
}

function* everySaid(told: Iterable<Told>, waiting: readonly OutboxRow[], { options: { contracts, service } }: RecoveryContext): Generator<Told> {
  yield* told;
  for (const { id, type, version, key, payload, causation, correlation, traceparent, occurredAt } of waiting) {
    const known = contracts.find(type);
    if (!known) continue; // a dead letter: nothing follows from it
    const message = readMessage(known.cls, payload === null ? { [known.info.key]: key } : JSON.parse(payload), version);
    yield { message, envelope: { id, type, version, source: `/${service}`, sequence: 0n, correlation, causation, traceparent }, at: occurredAt };
  }
}

/** Rows, then what is in no event and refers to them. A row that was never published takes its backup with it. */
async function refillBusiness(manager: EntityManager, recovery: Recovery, said: () => Iterable<Told>, kept: Kept, counter: Counter): Promise<{ table: string; rows: number }[]> {
  const filled: { table: string; rows: number }[] = [];
  try {
    for (const [table, rows] of recovery.rows(said(), kept)) {
      filled.push({ table: table.name, rows: await refillRows(manager, table, rows) });
      counter.tell();
    }
  } catch (error) {
    if (error instanceof RangeError) throw new RecoveryRefused(`what lies on the topics is not whole: ${error.message}. Bring the topics back first, with "tradewind recover kafka"`, { cause: error });
    throw error;
  }
  for (const table of recovery.backup ?? []) filled.push({ table, rows: await insertKept(manager, table, kept.get(table) ?? []) });
  return filled;
}

/** A message is handled when something was said because of it. Any other is handled again: guards make that harmless. */
function handledBy(consumers: readonly ConsumerOf[], heard: readonly ToldRecord[], said: readonly { readonly id: string; readonly causation: string | undefined }[]): { consumer: string; id: string; lane: string }[] {
  // What was said of its own accord names itself.
  const because = new Set(said.flatMap(({ id, causation }) => (causation === id ? [] : [causation])));
  const byType = groupBy(consumers.flatMap(({ group, decides, types }) => (decides ?? types).map((type) => ({ group, type }))), ({ type }) => type);
  return heard
    .filter(({ envelope }) => because.has(envelope.id))
    .flatMap(({ envelope, record }) => (byType.get(envelope.type) ?? []).map(({ group }) => ({ consumer: group, id: envelope.id, lane: `${record.topic}\n${record.key}` })));
}
