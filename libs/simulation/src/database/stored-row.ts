import { isUuid } from '@tradewind/kernel';
import type { AnyTable, ColumnType } from '@tradewind/messaging';
import { DatabaseError } from './database-error.js';
import { jsonbOf } from './jsonb.js';

type Row = Record<string, unknown>;

/** A row as the database stores it: a deep copy. An absent property is NULL. */
export type StoredRow = Readonly<Record<string, unknown>>;

interface Column {
  readonly store: (value: unknown) => unknown;
  readonly load: (stored: unknown) => unknown;
}

const identity = (stored: unknown): unknown => stored;

const invalidInput = (code: string, type: string, value: unknown): DatabaseError =>
  new DatabaseError(code, `invalid input for type ${type}: ${String(value)}`);

const integer =
  (type: string, max: number) =>
  (value: unknown): number => {
    const number = Number(value);
    if (!Number.isInteger(number)) throw invalidInput('22P02', type, value);
    if (Math.abs(number) > max) throw invalidInput('22003', type, value);
    return number;
  };

const text = (value: unknown): string => {
  const stored = String(value);
  if (stored.includes('\0')) throw invalidInput('22021', 'text', 'a NUL character');
  return stored;
};

export const uuidOf = (value: unknown): string => {
  const stored = String(value).toLowerCase();
  if (!isUuid(stored)) throw invalidInput('22P02', 'uuid', value);
  return stored;
};

const int8 = integer('int8', Number.MAX_SAFE_INTEGER);

const columns: Record<ColumnType, Column> = {
  uuid: { store: uuidOf, load: identity },
  text: { store: text, load: identity },
  int4: { store: integer('int4', 2 ** 31 - 1), load: identity },
  int8: { store: int8, load: identity },
  bool: { store: Boolean, load: identity },
  timestamptz: {
    store: (value) => Date.parse((value as Date).toISOString()),
    load: (stored) => new Date(stored as number),
  },
  jsonb: { store: jsonbOf, load: (stored) => JSON.parse(stored as string) as unknown },
  money: {
    store: (value) =>
      Object.freeze({ amount: int8((value as Row)['amount']), currency: text((value as Row)['currency']) }),
    load: (stored) => ({ ...(stored as object) }),
  },
};

const absent = (value: unknown, type: ColumnType): boolean =>
  value === undefined || (value === null && type !== 'jsonb');

/** Throws a DatabaseError on a value that the column does not accept. */
export function toStored(table: AnyTable, row: object): StoredRow {
  const stored: Row = {};
  for (const [property, type] of Object.entries(table.columns)) {
    const value = (row as Row)[property];
    if (!absent(value, type)) stored[property] = columns[type].store(value);
  }
  if (stored[table.key] === undefined)
    throw new DatabaseError('23502', `null value in column "${table.key}" of relation "${table.name}"`);
  return stored;
}

export function fromStored(table: AnyTable, stored: StoredRow): object {
  const row: Row = {};
  for (const [property, type] of Object.entries(table.columns)) {
    if (stored[property] !== undefined) row[property] = columns[type].load(stored[property]);
  }
  return row;
}
