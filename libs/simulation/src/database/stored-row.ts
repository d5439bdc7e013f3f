import { keyProperties, type AnyTable } from '@tradewind/messaging/internals';
import { DatabaseError } from './database-error.js';
import { loadedValue, storedValue } from './stored-value.js';

type Row = Record<string, unknown>;

/** A row as the database stores it: a deep copy. An absent property is NULL. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** Throws a DatabaseError on a value that the column does not accept. */
export function toStored(table: AnyTable, row: object, kind: 'insert' | 'update'): StoredRow {
  const stored: Row = {};
  for (const [property, column] of Object.entries(table.columns)) {
    const wanted = (row as Row)[property];
    const isDefault = kind === 'insert' && wanted === undefined && column.default !== undefined;
    const value = isDefault ? column.default : storedValue(column, wanted);
    if (value !== undefined) stored[property] = value;
  }
  for (const property of keyProperties(table))
    if (stored[property] === undefined)
      throw new DatabaseError('23502', `null value in column "${property}" of relation "${table.name}"`);
  return stored;
}

export function fromStored(table: AnyTable, stored: StoredRow): object {
  const row: Row = {};
  for (const [property, column] of Object.entries(table.columns)) {
    const value = loadedValue(column, stored[property]);
    if (value !== undefined) row[property] = value;
  }
  return row;
}

/** The row that an insert stores. */
export function inserted(table: AnyTable, wanted: StoredRow, at: number): StoredRow {
  const row: Row = { ...wanted };
  for (const [property, { written, managed }] of Object.entries(table.columns)) {
    if (written === 'never' || written === 'update') delete row[property];
    else if (managed) row[property] ??= managed === 'version' ? 1 : at;
  }
  return row;
}

/** The row that an update stores over the one before. */
export function updated(table: AnyTable, wanted: StoredRow, before: StoredRow, at: number): StoredRow {
  const row: Row = { ...wanted };
  for (const [property, { written, managed }] of Object.entries(table.columns)) {
    if (written === 'never' || written === 'insert' || managed === 'created') row[property] = before[property];
    else if (managed === 'version') row[property] = next(before[property]);
    else if (managed === 'updated') row[property] = at;
  }
  return row;
}

const next = (version: unknown): unknown =>
  typeof version === 'string' ? String(BigInt(version) + 1n) : Number(version) + 1;
