import type { QueryRunner } from 'typeorm';
import type { AnyTable } from '../decide/index.js';
import { backOff, type World } from '../system.js';
import { placed, type RebuildSchema } from './rebuild-schema.js';
import { ReplayRefused } from './replay-request.js';
import { exchange, missing, takeOver } from './swap-sql.js';
import { TableComparison, type Ask, type Comparison } from './table-comparison.js';

/** Milliseconds: for the lock (all who come after wait as long), and for the last messages while it is held. Together well below what a decision waits for a lock. */
const lockWithin = 300;
const lastWithin = 1_500;
/** Milliseconds for all tries together. */
const patience = 60_000;

const lockNotAvailable = '55P03';

const note = (schema: string): string =>
  `insert into ${placed(schema, 'msg_operator_actions')} (action, subject, reason, detail) values ('rebuild', $1, $2, $3)`;

export interface Swap {
  readonly consumer: string;
  readonly tables: readonly AnyTable[];
  readonly reason: string;
  readonly withLosses: boolean;
  /** Applies what is on the topics when it is asked; false where that takes longer than this. */
  readonly catchUp: (milliseconds: number) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface Swapped {
  /** The tables as they were at the moment of the exchange. */
  readonly compared: readonly Comparison[];
  readonly tries: number;
  /** For which nobody else could use the tables. */
  readonly lockedMilliseconds: number;
}

/**
 * Exchanges the living tables for those of the schema in one transaction. What a living handler committed before the lock lies
 * below the ends that are asked for under it, so it is applied; what is handled afterwards comes on top, or is passed over by
 * its row's sequence. Throws ReplayRefused where rows would be lost, or where the tables are never free for long enough.
 * Undefined when it was told to stop first.
 */
export async function swapTables(schema: RebuildSchema, world: World, swap: Swap): Promise<Swapped | undefined> {
  const since = world.clock.now().getTime();
  for (let tries = 1; !swap.signal.aborted; tries++) {
    const swapped = await attempt(schema, world, swap);
    if (swapped) return { ...swapped, tries };
    if (world.clock.now().getTime() - since > patience) {
      throw new ReplayRefused(
        `${swap.tables.map(({ name }) => name).join(', ')} could not be had alone in ${patience / 1_000} s: look for long transactions, and run it again`,
      );
    }
    await world.timers.wait(backOff(world, tries, 200, 2_000), swap.signal);
  }
  return undefined;
}

async function attempt(
  schema: RebuildSchema,
  { clock }: World,
  swap: Swap,
): Promise<Omit<Swapped, 'tries'> | undefined> {
  const { name, living, replaced, dataSource } = schema;
  const [holder, reader] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const ask = askOver(holder);
    await holder.startTransaction();
    await ask(`set local lock_timeout = ${lockWithin}`);
    for (const table of swap.tables)
      await ask(`lock table only ${placed(living, table.name)} in access exclusive mode`);
    const since = clock.now().getTime();
    if (!(await swap.catchUp(lastWithin))) return undefined;
    if (!swap.withLosses) for (const table of swap.tables) await refuseLosses(ask, living, name, table);
    const moment = await momentOf(ask, reader);
    for (const table of swap.tables) await takeOver(ask, living, name, table);
    await schema.makeRoom(ask);
    await exchange(ask, schema, swap.tables);
    await ask(note(living), [
      swap.consumer,
      swap.reason,
      JSON.stringify({ tables: swap.tables.map((table) => table.name), kept: replaced }),
    ]);
    await holder.commitTransaction();
    const lockedMilliseconds = clock.now().getTime() - since;
    return { compared: await comparedAt(moment, swap.tables, { live: replaced, rebuilt: living }), lockedMilliseconds };
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

export const askOver =
  (runner: QueryRunner): Ask =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await runner.query(text, values as unknown[])) as R[];

/** A second transaction that sees what the first one sees now: by it the tables are compared when nobody waits for them any more. */
async function momentOf(ask: Ask, reader: QueryRunner): Promise<Ask> {
  const [snapshot] = await ask<{ id: string }>('select pg_export_snapshot() as id');
  await reader.startTransaction('REPEATABLE READ');
  await reader.query(`set transaction snapshot '${snapshot!.id}'`);
  return askOver(reader);
}

export async function comparedAt(
  ask: Ask,
  tables: readonly AnyTable[],
  schemas: { readonly live: string; readonly rebuilt: string },
): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const table of tables) all.push(await (await TableComparison.of(ask, table, schemas)).whole());
  return all;
}

async function refuseLosses(ask: Ask, living: string, made: string, table: AnyTable): Promise<void> {
  const lost = await ask<{ key: string }>(`${missing(living, made, table)} limit 6`);
  if (lost.length === 0) return;
  const some = lost
    .slice(0, 5)
    .map(({ key }) => key)
    .join(', ');
  throw new ReplayRefused(
    `${table.name} has rows that come from no message on the topics (${some}${lost.length > 5 ? ' and more' : ''}): somebody else writes them, or the messages are gone. Nothing was exchanged; with losses allowed they would go`,
  );
}
