import type { AnyTable } from '@tradewind/messaging/internals';
import type { Query } from './query.js';
import { RebuildRejected } from './rebuild-rejected.js';
import { qualified, selectObstacles, selectShape } from './rebuild-sql.js';

/** Throws RebuildRejected naming what would keep referring to the former table. */
export async function rejectObstacles(query: Query, schema: string, { name }: AnyTable): Promise<void> {
  const found = await query<{ name: string }>(selectObstacles, [qualified(schema, name)]);
  if (found.length > 0)
    throw new RebuildRejected(
      `${name} can't be exchanged: ${found.map((each) => each.name).join(', ')} would stay with the former table`,
    );
}

/** Throws RebuildRejected if the migrations create a table with another shape than the live one. */
export async function rejectOtherShape(query: Query, live: string, rebuilt: string, { name }: AnyTable): Promise<void> {
  const [ofLive, ofRebuilt] = [await shapeOf(query, live, name), await shapeOf(query, rebuilt, name)];
  const differences = [
    ...ofLive.filter((line) => !ofRebuilt.includes(line)).map((line) => `it has ${line}`),
    ...ofRebuilt.filter((line) => !ofLive.includes(line)).map((line) => `it lacks ${line}`),
  ];
  if (differences.length > 0)
    throw new RebuildRejected(`${name} differs from the migrations of this version: ${differences.join('; ')}`);
}

const shapeOf = async (query: Query, schema: string, name: string): Promise<string[]> =>
  (await query<{ line: string }>(selectShape, [qualified(schema, name)])).map(({ line }) => line);
