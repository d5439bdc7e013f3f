import {
  SagaHistory,
  SagaInstances,
  type AnyTable,
  type EffectRow,
  type OutboxRow,
  preparedStatement,
  readableBytes,
  tableSql,
} from '@tradewind/messaging/internals';
import type { EntityManager } from 'typeorm';
import type { PublishedRecord } from './published-log.js';
import {
  checkConstraintsNow,
  disableTriggers,
  enableTriggers,
  insertAnswers,
  insertArchive,
  insertEffects,
  insertInbox,
  insertSequences,
  insertTimeouts,
  preservedTables,
  selectTablesExcept,
  selectUnpublished,
  setNextOutboxPosition,
  truncate,
} from './recovery-sql.js';
import type { AnsweredRequest, RecoveredSaga, RecoveredTimeout } from './recovery.js';

type Connection = Pick<EntityManager, 'query'>;

/** Rows in one statement, and so in memory. */
const batchSize = 1_000;

/** Returns the number of rows. */
async function inBatches<T>(rows: Iterable<T>, write: (batch: readonly T[]) => Promise<unknown>): Promise<number> {
  let batch: T[] = [];
  let written = 0;
  for (const row of rows) {
    if (batch.push(row) < batchSize) continue;
    await write(batch);
    written += batch.length;
    batch = [];
  }
  if (batch.length > 0) await write(batch);
  return written + batch.length;
}

const column = <T>(rows: readonly T[], of: (row: T) => unknown): unknown[] => rows.map(of);

/**
 * Empties every table of the service except the migrations. Disables triggers that forbid deletions, or that check rows one
 * statement at a time, until `endRestore`; references are checked.
 */
export async function beginRestore(manager: Connection, migrationsTable: string): Promise<string[]> {
  const found = await manager.query<{ name: string }[]>(selectTablesExcept, [[...preservedTables, migrationsTable]]);
  const tables = found.map(({ name }) => name);
  for (const name of tables) await manager.query(disableTriggers(name));
  await manager.query(truncate(tables));
  return tables;
}

/** Checks deferred references now: PostgreSQL alters no table with an unchecked one. */
export async function endRestore(manager: Connection, tables: readonly string[]): Promise<void> {
  await manager.query(checkConstraintsNow);
  for (const name of tables) await manager.query(enableTriggers(name));
}

/** Restores the archive as the relay would have left it, with positions from 1; the outbox continues after them. */
export async function restoreArchive(manager: Connection, published: Iterable<PublishedRecord>): Promise<number> {
  const count = await inBatches(withPositions(published), (batch) =>
    manager.query(insertArchive, [
      column(batch, ({ position }) => position),
      column(batch, ({ envelope }) => envelope.id),
      column(batch, ({ record }) => record.topic),
      column(batch, ({ record }) => record.key),
      column(batch, ({ envelope }) => envelope.type),
      column(batch, ({ envelope }) => envelope.version),
      column(batch, ({ envelope }) => envelope.sequence.toString()),
      column(batch, ({ record }) => record.value && readableBytes(record.value).text),
      column(batch, ({ envelope }) => envelope.causation ?? envelope.id),
      column(batch, ({ envelope, record }) => envelope.correlation ?? record.key),
      column(batch, ({ envelope }) => envelope.trace?.traceparent ?? null),
      column(batch, ({ at }) => at.toISOString()),
      column(batch, ({ record }) => otherHeaders(record.headers)),
      column(batch, ({ record }) => record.partition),
      column(batch, ({ record }) => record.offset.toString()),
    ]),
  );
  await manager.query(setNextOutboxPosition, [count + 1]);
  return count;
}

function* withPositions(
  published: Iterable<PublishedRecord>,
): Generator<PublishedRecord & { readonly position: number }> {
  let position = 0;
  for (const each of published) yield { ...each, position: ++position };
}

/** Headers that the outbox keeps as they are: those of dead letters, and the oldest version whose readers can read a message. */
function otherHeaders(headers: Readonly<Record<string, string>>): string | null {
  const others = Object.entries(headers).filter(
    ([name]) => !/^(ce_(?!readablesince$).*|content-type|traceparent)$/.test(name),
  );
  return others.length === 0 ? null : JSON.stringify(Object.fromEntries(others));
}

/** The last sequence of each key on each topic. A key whose records are compacted away starts again. */
export async function restoreSequences(manager: Connection, published: Iterable<PublishedRecord>): Promise<void> {
  const last = new Map<string, { topic: string; key: string; sequence: bigint }>();
  for (const { record, envelope } of published) {
    const orderingKey = `${record.topic}\n${record.key}`;
    if ((last.get(orderingKey)?.sequence ?? 0n) < envelope.sequence)
      last.set(orderingKey, { topic: record.topic, key: record.key ?? '', sequence: envelope.sequence });
  }
  await inBatches(last.values(), (batch) =>
    manager.query(insertSequences, [
      column(batch, ({ topic }) => topic),
      column(batch, ({ key }) => key),
      column(batch, ({ sequence }) => sequence.toString()),
    ]),
  );
}

export function restoreRows(manager: Connection, table: AnyTable, rows: Iterable<object>): Promise<number> {
  const { insert } = tableSql(table);
  return inBatches(rows, (batch) => {
    const { text, values } = preparedStatement(insert.text, insert.values(batch));
    return manager.query(text, values);
  });
}

export interface HandledMessage {
  readonly consumer: string;
  readonly id: string;
  readonly orderingKey: string;
}

export async function restoreInbox(manager: Connection, handled: Iterable<HandledMessage>): Promise<void> {
  await inBatches(handled, (batch) =>
    manager.query(insertInbox, [
      column(batch, ({ consumer }) => consumer),
      column(batch, ({ id }) => id),
      column(batch, ({ orderingKey }) => orderingKey),
    ]),
  );
}

export const restoreAnswers = (manager: Connection, requests: Iterable<AnsweredRequest>): Promise<number> =>
  inBatches(requests, (batch) =>
    manager.query(insertAnswers, [
      column(batch, ({ claim }) => claim.scope),
      column(batch, ({ claim }) => claim.route),
      column(batch, ({ claim }) => claim.key),
      column(batch, ({ claim }) => claim.bodyHash),
      column(batch, ({ answer }) => JSON.stringify(answer ?? null)),
      column(batch, ({ at }) => at.toISOString()),
    ]),
  );

export async function restoreEffects(manager: Connection, effects: Iterable<EffectRow>): Promise<void> {
  await inBatches(effects, (batch) =>
    manager.query(insertEffects, [
      column(batch, ({ id }) => id),
      column(batch, ({ name }) => name),
      column(batch, ({ key }) => key),
      column(batch, ({ payload }) => JSON.stringify(payload)),
      column(batch, ({ cause }) => cause),
      column(batch, ({ correlation }) => correlation),
    ]),
  );
}

/** Restores sagas with their history and timeouts; returns the numbers of rows. */
export async function restoreSagas(
  manager: Connection,
  recovered: Iterable<RecoveredSaga>,
): Promise<{ readonly sagas: number; readonly history: number }> {
  let history = 0;
  const sagas = await inBatches(recovered, async (batch) => {
    await restoreRows(
      manager,
      SagaInstances,
      batch.map(({ saga }) => saga),
    );
    history += await restoreRows(
      manager,
      SagaHistory,
      batch.flatMap((each) => each.history),
    );
    await restoreTimeouts(
      manager,
      batch.flatMap(({ timeouts }) => timeouts),
    );
  });
  return { sagas, history };
}

async function restoreTimeouts(manager: Connection, timeouts: readonly RecoveredTimeout[]): Promise<void> {
  await inBatches(timeouts, (batch) =>
    manager.query(insertTimeouts, [
      column(batch, ({ id }) => id),
      column(batch, ({ sagaId }) => sagaId),
      column(batch, ({ name }) => name),
      column(batch, ({ timeoutMs }) => timeoutMs),
      column(batch, ({ startedBy }) => startedBy),
      column(batch, ({ dueAt }) => dueAt?.toISOString() ?? null),
    ]),
  );
}

/** The outbox: all that a restored database knows and Kafka does not. */
export const unpublishedRows = (manager: Connection): Promise<OutboxRow[]> =>
  manager.query<OutboxRow[]>(selectUnpublished);
