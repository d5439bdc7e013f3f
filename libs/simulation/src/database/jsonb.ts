import { DatabaseError } from './database-error.js';

const byLengthThenBytes = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** Sorts the keys of every object as jsonb does: shorter keys first, then by bytes. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const object = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(object)
      .sort(byLengthThenBytes)
      .map((key) => [key, withSortedKeys(object[key])]),
  );
}

/** The text of a value in a jsonb column. Throws on a NUL character, as PostgreSQL does. */
export function jsonbOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.includes('\\u0000')) throw new DatabaseError('22P05', 'unsupported Unicode escape sequence');
  return JSON.stringify(withSortedKeys(JSON.parse(text)));
}
