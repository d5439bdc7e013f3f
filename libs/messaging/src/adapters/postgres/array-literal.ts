import { isDate } from 'node:util/types';

const plain = /^[\w.:+/=@-]+$/;
const special = /["\\]/g;

/**
 * An array as PostgreSQL reads it from text. pg would quote every element and look through it twice; ids, numbers and instants
 * need neither. Takes text, numbers, truth values, instants, bytes and null.
 */
export function arrayLiteral(values: readonly unknown[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) literal += ',';
    literal += elementOf(values[index]);
  }
  return `${literal}}`;
}

/** Without quotes `null` in any case is NULL. */
function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  if (isDate(value)) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  if (plain.test(value) && value.length !== 4) return value;
  return `"${value.replace(special, '\\$&')}"`;
}
