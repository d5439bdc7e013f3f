import { isDate } from 'node:util/types';

/** How a type's receive function in PostgreSQL takes a value. `write` writes it at the offset, with room for `most` bytes, and returns where it ends; not a value that it does not know. */
interface Element {
  readonly oid: number;
  readonly most: (value: unknown) => number;
  readonly write: (into: Buffer, value: unknown, offset: number) => number | undefined;
}

const digits = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++)
  for (const form of [digit.toString(16), digit.toString(16).toUpperCase()]) digits[form.charCodeAt(0)] = digit;
/** Where the two digits of each byte stand in a uuid. */
const pairs = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function writeUuid(into: Buffer, value: unknown, offset: number): number | undefined {
  if (typeof value !== 'string' || value.length !== 36) return undefined;
  if (value[8] !== '-' || value[13] !== '-' || value[18] !== '-' || value[23] !== '-') return undefined;
  let seen = 0;
  let found = 0;
  for (let byte = 0; byte < 16; byte++) {
    const at = pairs[byte]!;
    const high = value.charCodeAt(at);
    const low = value.charCodeAt(at + 1);
    seen |= high | low;
    const both = (digits[high & 127]! << 4) | digits[low & 127]!;
    found |= both;
    into[offset + byte] = both;
  }
  return seen < 128 && found >= 0 ? offset + 16 : undefined;
}

function writeInt64(into: Buffer, value: number, offset: number): number {
  into.writeInt32BE(Math.floor(value / 2 ** 32), offset);
  return into.writeUInt32BE(value >>> 0, offset + 4);
}

function writeInt8(into: Buffer, value: unknown, offset: number): number | undefined {
  if (typeof value === 'bigint')
    return BigInt.asIntN(64, value) === value ? into.writeBigInt64BE(value, offset) : undefined;
  return Number.isSafeInteger(value) ? writeInt64(into, value as number, offset) : undefined;
}

const epoch = Date.UTC(2000, 0, 1);

/** Microseconds since 2000. A Date knows milliseconds. */
function writeInstant(into: Buffer, value: unknown, offset: number): number | undefined {
  const micros = isDate(value) ? (value.getTime() - epoch) * 1_000 : NaN;
  return Number.isSafeInteger(micros) ? writeInt64(into, micros, offset) : undefined;
}

const text: Element = {
  oid: 25,
  most: (value) => (typeof value === 'string' ? value.length * 3 : 0),
  write: (into, value, offset) => (typeof value === 'string' ? offset + into.write(value, offset) : undefined),
};
const int4: Element = {
  oid: 23,
  most: () => 4,
  write: (into, value, offset) =>
    typeof value === 'number' && (value | 0) === value ? into.writeInt32BE(value, offset) : undefined,
};
const int8: Element = { oid: 20, most: () => 8, write: writeInt8 };
const uuid: Element = { oid: 2950, most: () => 16, write: writeUuid };
const bool: Element = {
  oid: 16,
  most: () => 1,
  write: (into, value, offset) => (typeof value === 'boolean' ? into.writeUInt8(Number(value), offset) : undefined),
};
const timestamptz: Element = { oid: 1184, most: () => 8, write: writeInstant };
const elements = new Map(Object.entries({ text, int: int4, int4, bigint: int8, int8, uuid, bool, timestamptz }));

const header = 20;
let space = Buffer.allocUnsafe(64 * 1024);
/** What is kept for the next array; a larger one is let go after it. */
const keep = 1024 * 1024;

/**
 * An array as PostgreSQL takes it in its binary format: no quotes to write and to read again. Undefined where the type or one of its
 * values is unknown here: as text the server judges them itself.
 */
export function binaryArray(type: string, values: readonly unknown[]): Buffer | undefined {
  const element = elements.get(type);
  if (!element) return undefined;
  let into = space;
  let offset = header;
  let anyNull = 0;
  for (const value of values) {
    const room = offset + 4 + (value === null || value === undefined ? 0 : element.most(value));
    if (room > into.length) {
      const larger = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(room + 1)));
      into.copy(larger, 0, 0, offset);
      into = larger;
    }
    if (value === null || value === undefined) {
      anyNull = 1;
      offset = into.writeInt32BE(-1, offset);
      continue;
    }
    const end = element.write(into, value, offset + 4);
    if (end === undefined) return undefined;
    into.writeInt32BE(end - offset - 4, offset);
    offset = end;
  }
  if (into.length <= keep) space = into;
  into.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  into.writeInt32BE(anyNull, 4);
  into.writeInt32BE(element.oid, 8);
  into.writeInt32BE(values.length, 12);
  into.writeInt32BE(1, 16);
  return Buffer.from(into.subarray(0, values.length === 0 ? 12 : offset)); // pg copies it when it sends it, which may be later
}
