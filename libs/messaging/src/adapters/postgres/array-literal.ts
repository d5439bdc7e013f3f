import { isDate } from 'node:util/types';

const plain = /^[\w.:+/=@-]+$/;
const special = /["\\]/g;

/**
 * A PostgreSQL array in text format. pg quotes every element and scans it twice; ids, numbers and timestamps need neither. Accepts
 * text, numbers, booleans, Dates, bytes and null.
 */
export function arrayLiteral(values: readonly unknown[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) literal += ',';
    literal += elementOf(values[index]);
  }
  return `${literal}}`;
}

/** Texts of four characters are quoted, because PostgreSQL reads an unquoted `null`, in upper or lower case, as NULL. */
function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  if (isDate(value)) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  if (plain.test(value) && value.length !== 4) return value;
  return `"${value.replace(special, '\\$&')}"`;
}
