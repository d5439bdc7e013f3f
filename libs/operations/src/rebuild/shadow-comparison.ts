import type { AnyTable, RuntimePorts } from '@tradewind/messaging/internals';
import { queryOn, type Query, type Schemas } from './query.js';
import type { RebuildSchema } from './rebuild-schema.js';
import { compareTables, TableComparison, type Comparison } from './table-comparison.js';

const intervalMs = 500;
const maxComparisons = 20;
const catchUpTimeoutMs = 2_000;

/**
 * Compares the tables of a schema that follows the topics with the live ones, which follow them too and may be a little before or
 * behind. Repeats the comparison until nothing differs, or the same rows differ twice in the same way. After the last comparison,
 * rows that still change are reported as they are.
 */
export async function compareWhenStable(
  schema: RebuildSchema,
  ports: RuntimePorts,
  tables: readonly AnyTable[],
  { catchUp, signal }: { readonly catchUp: (timeoutMs: number) => Promise<boolean>; readonly signal: AbortSignal },
): Promise<Comparison[]> {
  const schemas = { live: schema.live, rebuilt: schema.name };
  let before: ReadonlyMap<string, string> | undefined;
  for (let count = 1; ; count++) {
    await catchUp(catchUpTimeoutMs);
    const { hashes, comparisons } = await inSnapshot(schema, async (query) => ({
      hashes: await differenceHashes(query, tables, schemas),
      comparisons: await compareTables(query, tables, schemas),
    }));
    const isStable = hashes.size === 0 || (before && isEqual(before, hashes));
    if (isStable || count === maxComparisons || signal.aborted) return comparisons;
    before = hashes;
    await ports.timers.wait(intervalMs, signal);
  }
}

async function inSnapshot<T>({ dataSource }: RebuildSchema, read: (query: Query) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    return await read(queryOn(runner));
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

async function differenceHashes(
  query: Query,
  tables: readonly AnyTable[],
  schemas: Schemas,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const table of tables)
    for (const [key, hash] of await (await TableComparison.of(query, table, schemas)).differenceHashes())
      hashes.set(`${table.name} ${key}`, hash);
  return hashes;
}

const isEqual = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, hash]) => b.get(key) === hash);
