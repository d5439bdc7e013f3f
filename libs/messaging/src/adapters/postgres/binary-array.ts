import { isDate } from 'node:util/types';

/** The binary format of a type, as its receive function in PostgreSQL expects it. */
interface Element {
  readonly oid: number;
  /** Upper bound of the bytes of a value. */
  readonly maxBytes: (value: unknown) => number;
  /** Writes a value at the offset and returns the offset after it; undefined for a value that it does not support. */
  readonly write: (into: Buffer, value: unknown, offset: number) => number | undefined;
}

const digits = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++)
  for (const letter of [digit.toString(16), digit.toString(16).toUpperCase()]) digits[letter.charCodeAt(0)] = digit;
/** Where the two digits of each byte are in a UUID. */
const digitPairs = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function writeUuid(into: Buffer, value: unknown, offset: number): number | undefined {
  if (typeof value !== 'string' || value.length !== 36) return undefined;
  if (value[8] !== '-' || value[13] !== '-' || value[18] !== '-' || value[23] !== '-') return undefined;
  let characters = 0;
  let bytes = 0;
  let end = offset;
  for (const at of digitPairs) {
    const high = value.charCodeAt(at);
    const low = value.charCodeAt(at + 1);
    characters |= high | low;
    const byte = ((digits[high & 127] ?? -1) << 4) | (digits[low & 127] ?? -1);
    bytes |= byte;
    into[end++] = byte;
  }
  // Negative where a character is no digit.
  return characters < 128 && bytes >= 0 ? end : undefined;
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

/** Writes microseconds since 2000. */
function writeTimestamp(into: Buffer, value: unknown, offset: number): number | undefined {
  const micros = isDate(value) ? (value.getTime() - epoch) * 1_000 : NaN;
  return Number.isSafeInteger(micros) ? writeInt64(into, micros, offset) : undefined;
}

const text: Element = {
  oid: 25,
  maxBytes: (value) => (typeof value === 'string' ? value.length * 3 : 0),
  write: (into, value, offset) => (typeof value === 'string' ? offset + into.write(value, offset) : undefined),
};
const int4: Element = {
  oid: 23,
  maxBytes: () => 4,
  write: (into, value, offset) =>
    typeof value === 'number' && (value | 0) === value ? into.writeInt32BE(value, offset) : undefined,
};
const int8: Element = { oid: 20, maxBytes: () => 8, write: writeInt8 };
const uuid: Element = { oid: 2950, maxBytes: () => 16, write: writeUuid };
const bool: Element = {
  oid: 16,
  maxBytes: () => 1,
  write: (into, value, offset) => (typeof value === 'boolean' ? into.writeUInt8(Number(value), offset) : undefined),
};
const timestamptz: Element = { oid: 1184, maxBytes: () => 8, write: writeTimestamp };
const elements = new Map(Object.entries({ text, int: int4, int4, bigint: int8, int8, uuid, bool, timestamptz }));

const headerBytes = 20;
/** Reused by the next array, up to this size. */
let buffer = Buffer.allocUnsafe(64 * 1024);
const maxReusedBytes = 1024 * 1024;

/**
 * A PostgreSQL array in binary format, which needs no quoting and no parsing. Undefined where the type or a value is not supported
 * here: the array is then sent as text, and the server validates it.
 */
export function binaryArray(type: string, values: readonly unknown[]): Buffer | undefined {
  const element = elements.get(type);
  if (!element) return undefined;
  let into = buffer;
  let offset = headerBytes;
  let hasNull = 0;
  for (const value of values) {
    const needed = offset + 4 + (value === null || value === undefined ? 0 : element.maxBytes(value));
    if (needed > into.length) {
      const larger = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(needed + 1)));
      into.copy(larger, 0, 0, offset);
      into = larger;
    }
    if (value === null || value === undefined) {
      hasNull = 1;
      offset = into.writeInt32BE(-1, offset);
      continue;
    }
    const end = element.write(into, value, offset + 4);
    if (end === undefined) return undefined;
    into.writeInt32BE(end - offset - 4, offset);
    offset = end;
  }
  if (into.length <= maxReusedBytes) buffer = into;
  into.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  into.writeInt32BE(hasNull, 4);
  into.writeInt32BE(element.oid, 8);
  into.writeInt32BE(values.length, 12);
  into.writeInt32BE(1, 16);
  // A copy, because pg may send it after the buffer is used again.
  return Buffer.from(into.subarray(0, values.length === 0 ? 12 : offset));
}
