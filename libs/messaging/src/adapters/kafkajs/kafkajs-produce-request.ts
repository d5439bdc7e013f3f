// @ts-expect-error -- it has no types
import kafkajsCrc32c from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
// @ts-expect-error -- it has no types
import kafkajsEncoder from 'kafkajs/src/protocol/encoder.js';

type Bytes = Buffer | string | null;

interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly Partition[] }[];
}

interface Partition {
  readonly partition: number;
  readonly messages: readonly Message[];
}

interface Message {
  readonly key?: Bytes;
  readonly value: Bytes;
  readonly timestamp?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The used part of the encoder of kafkajs: the bytes written so far are those of `buf` before `offset`. */
interface Encoder {
  buf: Buffer;
  offset: number;
}

type Request = { readonly request: { encode: () => Promise<Encoder> } };

const Encoder = kafkajsEncoder as { new (size: number): Encoder };
const crc32c = kafkajsCrc32c as (bytes: Buffer) => number;

/** The produce requests of kafkajs, one for each version of the protocol. */
export interface ProduceProtocol {
  protocol(which: { readonly version: number }): (options: ProduceOptions) => Request;
}

/** The first version whose records have headers. Later versions that kafkajs knows differ only in their answers. */
const firstWithHeaders = 3;
/** The producer id of a producer that is not idempotent. */
const noProducerId = -1;

/**
 * kafkajs 2.2.4 allocates a dozen buffers for each record, one for each header and number, and joins them. This writes a request into
 * one buffer, with the same bytes. Requests with compression, transactions or record times are left to kafkajs.
 */
export function inOneBuffer(produce: ProduceProtocol): ProduceProtocol {
  return {
    ...produce,
    protocol: ({ version }) => {
      const createRequest = produce.protocol({ version });
      if (version < firstWithHeaders) return createRequest;
      return (options) => {
        const created = createRequest(options);
        const encode = (): Promise<Encoder> => Promise.resolve(new ProduceBody().write(options));
        return isPlain(options) ? { ...created, request: { ...created.request, encode } } : created;
      };
    },
  };
}

function isPlain({ compression = 0, transactionalId, producerId = noProducerId, topicData }: ProduceOptions): boolean {
  return (
    compression === 0 &&
    (transactionalId ?? null) === null &&
    producerId === noProducerId &&
    topicData.every(({ partitions }) =>
      partitions.every(({ messages }) => messages.length > 0 && messages.every(isPlainMessage)),
    )
  );
}

const isPlainMessage = ({ key = null, value, timestamp, headers }: Message): boolean =>
  timestamp === undefined &&
  isBytes(key) &&
  isBytes(value) &&
  (headers === undefined || Object.values(headers).every((header) => typeof header === 'string'));
const isBytes = (value: unknown): boolean => value === null || typeof value === 'string' || Buffer.isBuffer(value);

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function varintSize(value: number): number {
  const bits = 32 - Math.clz32(zigzag(value) | 1);
  return Math.ceil(bits / 7);
}

/** Upper bound of the bytes in UTF-8. */
const maxBytes = (value: Bytes): number =>
  value === null ? 0 : typeof value === 'string' ? value.length * 3 : value.length;
const maxVarintBytes = 5;

/** A buffer that is enlarged when full. A part with a length prefix is written after the expected size of the prefix, and moved when the size differs. */
class ProduceBody {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #at = 0;

  write({ acks, timeout, topicData }: ProduceOptions): Encoder {
    this.#int(2, -1); // no transactional id
    this.#int(2, acks);
    this.#int(4, timeout);
    this.#int(4, topicData.length);
    const now = BigInt(Date.now());
    for (const { topic, partitions } of topicData) {
      this.#reserve(2 + maxBytes(topic) + 4);
      const length = this.#bytes.write(topic, this.#at + 2);
      this.#int(2, length);
      this.#at += length;
      this.#int(4, partitions.length);
      for (const partition of partitions) this.#partition(partition, now);
    }
    return Object.assign(new Encoder(1), { buf: this.#bytes, offset: this.#at });
  }

  /** A partition number and its record batch, format 2 (KIP-98). */
  #partition({ partition, messages }: Partition, now: bigint): void {
    this.#int(4, partition);
    const sizeAt = this.#at;
    this.#int(4, 0); // size, written below
    this.#int64(0n); // base offset, assigned by the broker
    this.#int(4, 0); // length, written below
    this.#int(4, 0); // partition leader epoch
    this.#int(1, 2); // magic
    this.#int(4, 0); // checksum, written below
    const checksummedAt = this.#at;
    this.#int(2, 0); // attributes
    this.#int(4, messages.length - 1);
    this.#int64(now);
    this.#int64(now);
    this.#int64(BigInt(noProducerId));
    this.#int(2, 0); // producer epoch
    this.#int(4, 0); // base sequence
    this.#int(4, messages.length);
    let offset = 0;
    for (const message of messages) this.#record(message, offset++);
    const batchAt = sizeAt + 4;
    this.#bytes.writeInt32BE(this.#at - batchAt, sizeAt);
    this.#bytes.writeInt32BE(this.#at - batchAt - 12, batchAt + 8);
    this.#bytes.writeUInt32BE(crc32c(this.#bytes.subarray(checksummedAt, this.#at)), checksummedAt - 4);
  }

  #record({ key = null, value, headers = {} }: Message, offset: number): void {
    const names = Object.keys(headers);
    let maxLength = 7 * maxVarintBytes + maxBytes(key) + maxBytes(value);
    let expectedLength =
      2 + varintSize(offset) + varintSize(names.length) + (key?.length ?? 0) + (value?.length ?? 0) + 2;
    for (const name of names) {
      const header = headers[name] as string;
      maxLength += 2 * maxVarintBytes + maxBytes(name) + maxBytes(header);
      expectedLength += 2 + name.length + header.length;
    }
    this.#reserve(maxLength);
    const start = this.#at;
    const prefixSize = varintSize(expectedLength);
    this.#at += prefixSize;
    this.#bytes[this.#at++] = 0; // attributes
    this.#bytes[this.#at++] = 0; // timestamp delta
    this.#varint(offset);
    this.#sized(key);
    this.#sized(value);
    this.#varint(names.length);
    for (const name of names) {
      this.#sized(name);
      this.#sized(headers[name] as string);
    }
    this.#writeLength(start, prefixSize);
  }

  #sized(value: Bytes): void {
    if (value === null) return this.#varint(-1);
    const start = this.#at;
    const prefixSize = varintSize(value.length);
    this.#at += prefixSize;
    this.#at += typeof value === 'string' ? this.#bytes.write(value, this.#at) : value.copy(this.#bytes, this.#at);
    this.#writeLength(start, prefixSize);
  }

  /** Writes the length of the part that begins `prefixSize` bytes after `start`. */
  #writeLength(start: number, prefixSize: number): void {
    const from = start + prefixSize;
    const length = this.#at - from;
    const size = varintSize(length);
    if (size !== prefixSize) this.#bytes.copyWithin(start + size, from, this.#at);
    this.#at = start;
    this.#varint(length);
    this.#at += length;
  }

  #varint(value: number): void {
    let rest = zigzag(value);
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #int(bytes: 1 | 2 | 4, value: number): void {
    this.#reserve(bytes);
    this.#at = this.#bytes.writeIntBE(value, this.#at, bytes);
  }

  #int64(value: bigint): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#at + bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
