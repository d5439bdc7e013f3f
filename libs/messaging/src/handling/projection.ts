import { keyOf, type AnyTable, type Key, type RequestedChange } from '../ports/index.js';
import { Decision } from './decision.js';
import type { Loads, Rows } from './handler-context.js';
import type { HandlerMetadata } from './handles.js';

type Row = Record<string, unknown>;
type Context = Record<string, unknown> & { readonly sequence: bigint };

/** Throws a TypeError that names the table without a sequence that a projection loads. */
export function checkProjection(type: string, { kind, load }: HandlerMetadata): void {
  if (kind !== 'projection') return;
  for (const { table } of Object.values(load ?? {})) {
    if (table.sequence === undefined)
      throw new TypeError(
        `${type} is handled by a projection, and ${table.name} has no sequence: declare the property that holds it`,
      );
  }
}

/** Checks the decision of a projection. Throws a TypeError where it does more than keep a copy. */
export function projectionDecision(type: string, decision: Decision): Decision {
  if (decision.messages.length + decision.effects.length + decision.timeouts.length > 0)
    throw new TypeError(`the projection of ${type} publishes or schedules something: declare it as a policy`);
  for (const { table } of decision.changes)
    if (table.sequence === undefined)
      throw new TypeError(`the projection of ${type} saves ${table.name}, which has no sequence`);
  return decision;
}

/** The context with the sequences of its rows set back to just before this message, so that the handler applies it again. */
export function rewoundTo(load: Loads<unknown>, context: Context): Context {
  const rewound: Record<string, unknown> = { ...context };
  for (const [name, { table }] of Object.entries(load)) {
    const { sequence } = table as AnyTable;
    if (sequence !== undefined)
      rewound[name] = rewoundRows(sequence, context[name] as Rows<object, Key>, Number(context.sequence) - 1);
  }
  return rewound as Context;
}

/** The same changes with the highest sequence of each row: a running consumer still skips what it has applied. */
export function keepHighestSequences(load: Loads<unknown>, context: Context, decision: Decision): Decision {
  const before = new Map<string, Rows<object, Key>[]>();
  for (const [name, { table }] of Object.entries(load))
    before.set(table.name, [...(before.get(table.name) ?? []), context[name] as Rows<object, Key>]);
  return new Decision(
    decision.changes.map((change) => keepHighestSequence(change, before.get(change.table.name) ?? [])),
    decision.messages,
    decision.effects,
    decision.timeouts,
    decision.cancelledTimeouts,
    decision.answer,
  );
}

function rewoundRows(sequence: string, rows: Rows<object, Key>, highest: number): Rows<object, Key> {
  const rewind = (row: object): object =>
    Number((row as Row)[sequence]) > highest ? { ...row, [sequence]: sameType((row as Row)[sequence], highest) } : row;
  return {
    get: (key) => {
      const row = rows.get(key);
      return row && rewind(row);
    },
    all: () => rows.all().map(rewind),
  };
}

function keepHighestSequence(change: RequestedChange, before: readonly Rows<object, Key>[]): RequestedChange {
  const { table } = change;
  const { sequence } = table;
  if (sequence === undefined || change.row === undefined) return change;
  const old = before.flatMap((rows) => rows.all()).find((row) => keyOf(table, row) === change.key);
  const highest = Math.max(
    Number((change.row as Row)[sequence]),
    old === undefined ? 0 : Number((old as Row)[sequence]),
  );
  const value = sameType((change.row as Row)[sequence], highest);
  return { ...change, row: { ...change.row, [sequence]: value } };
}

/** TypeORM reads an int8 as text. */
const sameType = (as: unknown, sequence: number): unknown => (typeof as === 'string' ? String(sequence) : sequence);
