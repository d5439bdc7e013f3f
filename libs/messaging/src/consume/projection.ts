import { Decision } from '../decide/index.js';
import type { AnyTable, Change, HandlerExtras, Loads, Rows } from '../decide/index.js';

type Row = Record<string, unknown>;
type Given = Record<string, unknown> & { readonly sequence: bigint };

/** Throws a TypeError naming the table without a sequence that a projection loads. */
export function checkProjection(type: string, { kind, load }: HandlerExtras): void {
  if (kind !== 'projection') return;
  for (const { table } of Object.values(load)) {
    if (table.sequence === undefined)
      throw new TypeError(
        `${type} is handled by a projection, and ${table.name} keeps no sequence: declare which property does`,
      );
  }
}

/** What a projection has decided. Throws a TypeError where it is more than keeping a copy. */
export function keptBy(type: string, decision: Decision): Decision {
  if (decision.says.length + decision.wishes.length + decision.deadlines.length > 0)
    throw new TypeError(`the projection of ${type} says or wishes something: it is a policy`);
  for (const { table } of decision.changes)
    if (table.sequence === undefined)
      throw new TypeError(`the projection of ${type} saves ${table.name}, which keeps no sequence`);
  return decision;
}

/** Shows the rows of projections as they stood just before this message, as far as their sequence tells: what is not newer is applied again. */
export function openedTo(load: Loads<unknown>, given: Given): Given {
  const opened: Record<string, unknown> = { ...given };
  for (const [name, { table }] of Object.entries(load)) {
    if (table.sequence !== undefined)
      opened[name] = openedRows(table, given[name] as Rows<object>, Number(given.sequence) - 1);
  }
  return opened as Given;
}

/** The same changes, and no row's sequence goes back by them: a living consumer still passes over whatever it has applied. */
export function neverBack(load: Loads<unknown>, given: Given, decision: Decision): Decision {
  const before = new Map<string, Rows<object>[]>();
  for (const [name, { table }] of Object.entries(load))
    before.set(table.name, [...(before.get(table.name) ?? []), given[name] as Rows<object>]);
  const kept = decision.changes.map((change) => keptSequence(change, before.get(change.table.name) ?? []));
  return new Decision(kept, decision.says, decision.wishes, decision.deadlines, decision.met, decision.answer);
}

function openedRows({ sequence }: AnyTable, rows: Rows<object>, most: number): Rows<object> {
  const open = (row: object): object => (Number((row as Row)[sequence!]) > most ? { ...row, [sequence!]: most } : row);
  return {
    get: (key) => {
      const row = rows.get(key);
      return row && open(row);
    },
    all: () => rows.all().map(open),
  };
}

function keptSequence(change: Change, before: readonly Rows<object>[]): Change {
  const { sequence, key } = change.table;
  if (sequence === undefined || change.row === undefined) return change;
  const was = before.flatMap((rows) => rows.all()).find((row) => String((row as Row)[key]) === change.key);
  const highest = Math.max(
    Number((change.row as Row)[sequence]),
    was === undefined ? 0 : Number((was as Row)[sequence]),
  );
  return { ...change, row: { ...change.row, [sequence]: highest } };
}
