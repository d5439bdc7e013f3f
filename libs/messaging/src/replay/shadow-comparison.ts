import type { AnyTable } from '../decide/index.js';
import type { World } from '../system.js';
import type { RebuildSchema } from './rebuild-schema.js';
import { askOver, comparedAt } from './swap.js';
import { TableComparison, type Ask, type Comparison } from './table-comparison.js';

/** Milliseconds between two looks, and how many there are at most. */
const pause = 500;
const looks = 20;
const reachWithin = 2_000;

/**
 * Compares the tables of a schema that follows the topics with the living ones, which follow them too and may be a little before or
 * behind. So it looks again until nothing differs, or the same rows differ twice in the same way; where rows are still on their
 * way after many looks, they are told as they stand.
 */
export async function compareAtRest(
  schema: RebuildSchema,
  world: World,
  tables: readonly AnyTable[],
  { catchUp, signal }: { readonly catchUp: (milliseconds: number) => Promise<boolean>; readonly signal: AbortSignal },
): Promise<Comparison[]> {
  const schemas = { live: schema.living, rebuilt: schema.name };
  let before: ReadonlyMap<string, string> | undefined;
  for (let look = 1; ; look++) {
    await catchUp(reachWithin);
    const { marks, compared } = await atOneMoment(schema, async (ask) => ({
      marks: await marksOf(ask, tables, schemas),
      compared: await comparedAt(ask, tables, schemas),
    }));
    if (marks.size === 0 || look === looks || signal.aborted || (before && same(before, marks))) return compared;
    before = marks;
    await world.timers.wait(pause, signal);
  }
}

async function atOneMoment<T>({ dataSource }: RebuildSchema, look: (ask: Ask) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    return await look(askOver(runner));
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

async function marksOf(
  ask: Ask,
  tables: readonly AnyTable[],
  schemas: { readonly live: string; readonly rebuilt: string },
): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const table of tables)
    for (const [key, mark] of await (await TableComparison.of(ask, table, schemas)).marks())
      all.set(`${table.name} ${key}`, mark);
  return all;
}

const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, mark]) => b.get(key) === mark);
