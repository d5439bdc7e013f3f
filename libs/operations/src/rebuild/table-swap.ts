import { backOff, type AnyTable, type RuntimePorts } from '@tradewind/messaging/internals';
import type { QueryRunner } from 'typeorm';
import { recordAction } from '../operator-actions.js';
import { singleRow } from '../single-row.js';
import { queryOn, type Query } from './query.js';
import { RebuildRejected } from './rebuild-rejected.js';
import type { RebuildSchema } from './rebuild-schema.js';
import {
  advanceSequence,
  comment,
  exportSnapshot,
  grant,
  lockTable,
  qualified,
  selectComments,
  selectGrants,
  selectMissingKeys,
  selectOwnedSequences,
  selectOwner,
  setLockTimeout,
  setOwner,
  setSchema,
  setSnapshot,
  type Comment,
  type Grant,
} from './rebuild-sql.js';
import { compareTables, type Comparison } from './table-comparison.js';

/** Longest waits for the lock (all later statements queue behind it) and for the last messages under it. Together well below the lock timeout of a decision. */
const lockTimeoutMs = 300;
const catchUpTimeoutMs = 1_500;
/** Longest time for all attempts together. */
const swapTimeoutMs = 60_000;
/** Keys that an error names. */
const maxNamedKeys = 5;

const lockNotAvailable = '55P03';

export interface Swap {
  readonly consumer: string;
  readonly tables: readonly AnyTable[];
  readonly reason: string;
  readonly allowDataLoss: boolean;
  /** Applies everything that is on the topics at the call; false if that takes longer. */
  readonly catchUp: (timeoutMs: number) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface Swapped {
  /** The tables at the moment of the exchange. */
  readonly comparisons: readonly Comparison[];
  /** How long the tables were locked. */
  readonly lockedMs: number;
}

/**
 * Exchanges the live tables with those of the schema in one transaction. What a live handler committed before the lock lies before
 * the ends that are read under it, so it is applied; what is handled later is applied to the new table, or skipped by the sequence
 * of its row. Throws RebuildRejected if rows would be lost or the tables can't be locked. Undefined if the signal was aborted first.
 */
export async function swapTables(schema: RebuildSchema, ports: RuntimePorts, swap: Swap): Promise<Swapped | undefined> {
  const startedAt = ports.clock.now().getTime();
  for (let attempt = 1; !swap.signal.aborted; attempt++) {
    const swapped = await trySwap(schema, ports, swap);
    if (swapped) return swapped;
    if (ports.clock.now().getTime() - startedAt > swapTimeoutMs) {
      throw new RebuildRejected(
        `${swap.tables.map(({ name }) => name).join(', ')} could not be locked for ${swapTimeoutMs / 1_000} s: look for long transactions and run it again`,
      );
    }
    await ports.timers.wait(backOff(ports, attempt, 200, 2_000), swap.signal);
  }
  return undefined;
}

async function trySwap(schema: RebuildSchema, { clock }: RuntimePorts, swap: Swap): Promise<Swapped | undefined> {
  const { name: rebuilt, live, replaced, dataSource } = schema;
  const { tables, consumer, reason } = swap;
  const [holder, reader] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const query = queryOn(holder);
    await holder.startTransaction();
    await query(setLockTimeout(lockTimeoutMs));
    for (const { name } of tables) await query(lockTable(live, name));
    const lockedAt = clock.now().getTime();
    if (!(await swap.catchUp(catchUpTimeoutMs))) return undefined;
    if (!swap.allowDataLoss) for (const table of tables) await rejectDataLoss(query, live, rebuilt, table);
    const atSnapshot = await readAtSnapshot(query, reader);
    for (const { name } of tables) await copyProperties(query, live, rebuilt, name);
    await schema.createReplacedSchema(query);
    for (const { name } of tables) {
      // Indexes, constraints, owned sequences and row types move with their table.
      await query(setSchema(live, name, replaced));
      await query(setSchema(rebuilt, name, live));
    }
    const detail = { tables: tables.map(({ name }) => name), replaced };
    const actions = qualified(live, 'msg_operator_actions');
    await recordAction(holder, { action: 'rebuild', subject: consumer, reason, detail }, actions);
    await holder.commitTransaction();
    const lockedMs = clock.now().getTime() - lockedAt;
    return { comparisons: await compareTables(atSnapshot, tables, { live: replaced, rebuilt: live }), lockedMs };
  } catch (error) {
    if ((error as { code?: string }).code === lockNotAvailable) return undefined;
    throw error;
  } finally {
    for (const runner of [reader, holder]) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }
}

/** A second transaction with the snapshot of the first: it compares the tables after the lock is released. */
async function readAtSnapshot(query: Query, reader: QueryRunner): Promise<Query> {
  const { id } = singleRow(await query<{ id: string }>(exportSnapshot));
  await reader.startTransaction('REPEATABLE READ');
  await reader.query(setSnapshot(id));
  return queryOn(reader);
}

async function rejectDataLoss(query: Query, live: string, rebuilt: string, table: AnyTable): Promise<void> {
  const keys = (await query<{ key: string }>(selectMissingKeys(live, rebuilt, table, maxNamedKeys + 1))).map(
    ({ key }) => key,
  );
  if (keys.length === 0) return;
  const named = keys.slice(0, maxNamedKeys).join(', ');
  throw new RebuildRejected(
    `${table.name} has rows that come from no message on the topics (${named}${keys.length > maxNamedKeys ? ' and more' : ''}): another program writes them, or the messages are gone. Nothing has changed; with data loss allowed these rows are dropped`,
  );
}

/** Copies sequence numbers, comments, privileges and the owner from the live table to the rebuilt one. */
async function copyProperties(query: Query, live: string, rebuilt: string, name: string): Promise<void> {
  const [from, to] = [qualified(live, name), qualified(rebuilt, name)];
  for (const { name: sequence } of await query<{ name: string }>(selectOwnedSequences, [from])) {
    const target = qualified(rebuilt, sequence);
    await query(advanceSequence(qualified(live, sequence), target), [target]);
  }
  for (const each of await query<Comment>(selectComments, [from])) await query(comment(to, each));
  for (const each of await query<Grant>(selectGrants, [from])) await query(grant(to, each));
  const owner = singleRow(await query<{ name: string; isCurrentUser: boolean }>(selectOwner, [from]));
  if (!owner.isCurrentUser) await query(setOwner(to, owner.name));
}
