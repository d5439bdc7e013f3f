import { isUuid } from '@tradewind/kernel';
import type { AnyTable, ColumnType } from '@tradewind/messaging';
import { DatabaseError } from './database-error.js';
import { jsonbOf } from './jsonb.js';

type Row = Record<string, unknown>;

/** A row as the database keeps it: nothing in it is shared with whoever saved or loads it. An absent property is NULL. */
export type StoredRow = Readonly<Record<string, unknown>>;

interface Column {
  readonly keep: (value: unknown) => unknown;
  readonly give: (kept: unknown) => unknown;
}

const same = (kept: unknown): unknown => kept;

const wrong = (code: string, type: string, value: unknown): DatabaseError =>
  new DatabaseError(code, `invalid input for type ${type}: ${String(value)}`);

const whole =
  (type: string, most: number) =>
  (value: unknown): number => {
    const number = Number(value);
    if (!Number.isInteger(number)) throw wrong('22P02', type, value);
    if (Math.abs(number) > most) throw wrong('22003', type, value);
    return number;
  };

const text = (value: unknown): string => {
  const kept = String(value);
  if (kept.includes('\0')) throw wrong('22021', 'text', 'a NUL character');
  return kept;
};

export const uuidOf = (value: unknown): string => {
  const kept = String(value).toLowerCase();
  if (!isUuid(kept)) throw wrong('22P02', 'uuid', value);
  return kept;
};

const int8 = whole('int8', Number.MAX_SAFE_INTEGER);

const kinds: Record<ColumnType, Column> = {
  uuid: { keep: uuidOf, give: same },
  text: { keep: text, give: same },
  int4: { keep: whole('int4', 2 ** 31 - 1), give: same },
  int8: { keep: int8, give: same },
  bool: { keep: Boolean, give: same },
  timestamptz: { keep: (value) => Date.parse((value as Date).toISOString()), give: (kept) => new Date(kept as number) },
  jsonb: { keep: jsonbOf, give: (kept) => JSON.parse(kept as string) as unknown },
  money: {
    keep: (value) =>
      Object.freeze({ amount: int8((value as Row)['amount']), currency: text((value as Row)['currency']) }),
    give: (kept) => ({ ...(kept as object) }),
  },
};

const absent = (value: unknown, type: ColumnType): boolean =>
  value === undefined || (value === null && type !== 'jsonb');

/** Throws a DatabaseError on a value that its column does not take. */
export function keep(table: AnyTable, row: object): StoredRow {
  const kept: Row = {};
  for (const [property, type] of Object.entries(table.columns)) {
    const value = (row as Row)[property];
    if (!absent(value, type)) kept[property] = kinds[type].keep(value);
  }
  if (kept[table.key] === undefined)
    throw new DatabaseError('23502', `null value in column "${table.key}" of relation "${table.name}"`);
  return kept;
}

export function give(table: AnyTable, kept: StoredRow): object {
  const row: Row = {};
  for (const [property, type] of Object.entries(table.columns)) {
    if (kept[property] !== undefined) row[property] = kinds[type].give(kept[property]);
  }
  return row;
}
