import type { Codecs } from './codecs.js';

/** A record as the broker stores it. */
export interface RawRecord {
  readonly offset: bigint;
  /** Milliseconds since 1970; may be any number. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: Buffer, value: Buffer | null])[];
}

/** A transaction that the broker aborted; records of the producer from this offset to its abort marker do not exist. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface RecordSet {
  readonly records: readonly RawRecord[];
  /** The offset after everything that was read. Undefined where nothing was. */
  readonly end: bigint | undefined;
  /** Why the batch that begins at `end` cannot be read. */
  readonly unreadable?: string;
}

/** Bytes of the header of a record batch, format 2 (KIP-98), and of its fields before and with the length. */
const headerBytes = 61;
const lengthBytes = 12;
const format = 2;

const compressionMask = 0x07;
const logAppendTimeMask = 0x08;
const transactionMask = 0x10;
const controlMask = 0x20;
/** The type of a control record, in its key after the version. */
const abortMarker = 0;

/**
 * Reads the record batches of a fetch. An offset without a record is no gap: the broker marks ends of transactions with records of its own,
 * and compaction removes records. What was read is known from the headers of the batches alone. Never throws for the content of a batch.
 */
export async function readRecordSet(
  bytes: Buffer,
  aborted: readonly AbortedTransaction[] | 'without transactions',
  codecs: Codecs,
): Promise<RecordSet> {
  const records: RawRecord[] = [];
  const transactions = aborted === 'without transactions' ? undefined : new AbortedTransactions(aborted);
  let end: bigint | undefined;
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const length = lengthBytes + bytes.readInt32BE(at + 8);
    const batch = bytes.subarray(at, at + length);
    // The last batch of a fetch may be cut off; it comes first in the next one.
    if (batch.length < length) break;
    try {
      end = batch.readBigInt64BE(0);
      for (const record of await readBatch(batch, transactions, codecs)) records.push(record);
      end += BigInt(batch.readInt32BE(23)) + 1n;
    } catch (error) {
      return { records, end, unreadable: (error as Error).message };
    }
    at += length;
  }
  return { records, end };
}

async function readBatch(
  batch: Buffer,
  aborted: AbortedTransactions | undefined,
  codecs: Codecs,
): Promise<RawRecord[]> {
  const magic = batch.readInt8(16);
  if (magic !== format) throw new TypeError(`its format ${magic} is older than Kafka 0.11`);
  const attributes = batch.readInt16BE(21);
  const baseOffset = batch.readBigInt64BE(0);
  const count = batch.readInt32BE(57);
  const codec = attributes & compressionMask;
  const body = batch.subarray(headerBytes);
  const isInTransaction = (attributes & transactionMask) !== 0;
  const producerId = batch.readBigInt64BE(43);
  aborted?.enter(baseOffset + BigInt(batch.readInt32BE(23)));
  if ((attributes & controlMask) !== 0) {
    const [marker] = readRecords(body, count, baseOffset, 0n);
    if (marker?.key?.readInt16BE(2) === abortMarker) aborted?.leave(producerId);
    return [];
  }
  if (isInTransaction && (aborted?.has(producerId) ?? true)) return [];
  const bytes = codec === 0 ? body : await codecs.decompress(codec, body);
  const records = readRecords(bytes, count, baseOffset, batch.readBigInt64BE(27));
  const appendedAt = (attributes & logAppendTimeMask) === 0 ? undefined : batch.readBigInt64BE(35);
  return appendedAt === undefined ? records : records.map((record) => ({ ...record, timestamp: appendedAt }));
}

/** The producers that are inside an aborted transaction at an offset. */
class AbortedTransactions {
  readonly #later: AbortedTransaction[];
  readonly #producers = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#later = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  enter(offset: bigint): void {
    for (let next = this.#later[0]; next && next.firstOffset <= offset; next = this.#later[0]) {
      this.#producers.add(next.producerId);
      this.#later.shift();
    }
  }

  leave(producerId: bigint): void {
    this.#producers.delete(producerId);
  }

  has(producerId: bigint): boolean {
    return this.#producers.has(producerId);
  }
}

function readRecords(bytes: Buffer, count: number, baseOffset: bigint, baseTimestamp: bigint): RawRecord[] {
  const reader = new RecordReader(bytes);
  const records: RawRecord[] = [];
  for (let read = 0; read < count; read++) {
    const end = reader.varint() + reader.at;
    reader.at += 1; // attributes, unused
    const timestamp = baseTimestamp + reader.varlong();
    const offset = baseOffset + BigInt(reader.varint());
    const key = reader.sized();
    const value = reader.sized();
    const headers = Array.from({ length: reader.length() }, () => [reader.needed(), reader.sized()] as const);
    if (reader.at !== end) throw new RangeError('a record is malformed');
    records.push({ offset, timestamp, key, value, headers });
  }
  return records;
}

/** Reads the fields of records. Throws a RangeError beyond the end. */
class RecordReader {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('a number is too long');
  }

  varlong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new RangeError('a number is too long');
  }

  /** Null where the length is negative. */
  sized(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('a record is cut off');
    return this.bytes.subarray(start, this.at);
  }

  needed(): Buffer {
    const bytes = this.sized();
    if (bytes === null) throw new RangeError('a header has no name');
    return bytes;
  }

  /** The length of a list, each of whose elements has a byte at least. */
  length(): number {
    const length = this.varint();
    if (length < 0 || length > this.bytes.length - this.at) throw new RangeError('a list is cut off');
    return length;
  }
}
