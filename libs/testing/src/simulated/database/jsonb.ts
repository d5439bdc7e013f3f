import { DatabaseError } from './database-error.js';

const byLengthThenBytes = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** The keys of every object as jsonb keeps them: the shorter first, then by their bytes. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const of = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(of)
      .sort(byLengthThenBytes)
      .map((key) => [key, inOrder(of[key])]),
  );
}

/** A value as jsonb keeps it, as text. Throws where PostgreSQL would: it takes no NUL character. */
export function jsonbOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.includes('\\u0000')) throw new DatabaseError('22P05', 'unsupported Unicode escape sequence');
  return JSON.stringify(inOrder(JSON.parse(text)));
}
