import { createRequire } from 'node:module';

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

type Made = { readonly request: { encode: () => Promise<Encoder> } };

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder.js') as { new (size: number): Encoder };
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number;

/** The requests of kafkajs by name, one for each version. */
export const { requests } = require('kafkajs/src/protocol/requests/index.js') as {
  readonly requests: {
    readonly Produce: { protocol(which: { readonly version: number }): (options: ProduceOptions) => Made };
  };
};

/** The first version whose records have headers. Later versions that kafkajs knows differ only in their answers. */
const firstWithHeaders = 3;
/** The producer id of a producer that is not idempotent. */
const nobody = -1;

/**
 * kafkajs 2.2.4 allocates a dozen buffers for each record, one for each header and number, and joins them. This writes a request into
 * one buffer, with the same bytes. Requests with compression, transactions or record times are left to kafkajs.
 */
function writeIntoOneBuffer(produce: (typeof requests)['Produce']): void {
  const protocol = produce.protocol;
  produce.protocol = ({ version }) => {
    const make = protocol({ version });
    if (version < firstWithHeaders) return make;
    return (options) => {
      const made = make(options);
      return isPlain(options)
        ? { ...made, request: { ...made.request, encode: () => Promise.resolve(new ProduceBody().write(options)) } }
        : made;
    };
  };
}

function isPlain({ compression = 0, transactionalId, producerId = nobody, topicData }: ProduceOptions): boolean {
  return (
    compression === 0 &&
    (transactionalId ?? null) === null &&
    producerId === nobody &&
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
const most = (value: Bytes): number =>
  value === null ? 0 : typeof value === 'string' ? value.length * 3 : value.length;
const widestVarint = 5;

/** A growing buffer. A part with a length prefix is written behind the likely size of the prefix, and moved where the prefix is longer. */
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
      this.#room(2 + most(topic) + 4);
      const length = this.#bytes.write(topic, this.#at + 2);
      this.#int(2, length);
      this.#at += length;
      this.#int(4, partitions.length);
      for (const each of partitions) this.#partition(each, now);
    }
    return Object.assign(new Encoder(1), { buf: this.#bytes, offset: this.#at });
  }

  /** A partition number and its record batch, format 2 (KIP-98). */
  #partition({ partition, messages }: Partition, now: bigint): void {
    this.#int(4, partition);
    const size = this.#at;
    this.#int(4, 0);
    this.#int64(0n); // base offset, assigned by the broker
    this.#int(4, 0); // length, written below
    this.#int(4, 0); // partition leader epoch
    this.#int(1, 2); // magic
    this.#int(4, 0); // checksum, written below
    const checked = this.#at;
    this.#int(2, 0); // attributes
    this.#int(4, messages.length - 1);
    this.#int64(now);
    this.#int64(now);
    this.#int64(BigInt(nobody));
    this.#int(2, 0); // producer epoch
    this.#int(4, 0); // base sequence
    this.#int(4, messages.length);
    for (let offset = 0; offset < messages.length; offset++) this.#record(messages[offset]!, offset);
    const batch = size + 4;
    this.#bytes.writeInt32BE(this.#at - batch, size);
    this.#bytes.writeInt32BE(this.#at - batch - 12, batch + 8);
    this.#bytes.writeUInt32BE(crc32c(this.#bytes.subarray(checked, this.#at)), checked - 4);
  }

  #record({ key = null, value, headers = {} }: Message, offset: number): void {
    const names = Object.keys(headers);
    let longest = 7 * widestVarint + most(key) + most(value);
    let likely = 2 + varintSize(offset) + varintSize(names.length) + (key?.length ?? 0) + (value?.length ?? 0) + 2;
    for (const name of names) {
      const header = headers[name] as string;
      longest += 2 * widestVarint + most(name) + most(header);
      likely += 2 + name.length + header.length;
    }
    this.#room(longest);
    const start = this.#at;
    const guessed = varintSize(likely);
    this.#at += guessed;
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
    this.#lengthBefore(start, guessed);
  }

  #sized(value: Bytes): void {
    if (value === null) return this.#varint(-1);
    const start = this.#at;
    const guessed = varintSize(value.length);
    this.#at += guessed;
    this.#at += typeof value === 'string' ? this.#bytes.write(value, this.#at) : value.copy(this.#bytes, this.#at);
    this.#lengthBefore(start, guessed);
  }

  /** Writes the length of the part that begins `guessed` bytes after `start`. */
  #lengthBefore(start: number, guessed: number): void {
    const from = start + guessed;
    const length = this.#at - from;
    const size = varintSize(length);
    if (size !== guessed) this.#bytes.copyWithin(start + size, from, this.#at);
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
    this.#room(bytes);
    this.#at = this.#bytes.writeIntBE(value, this.#at, bytes);
  }

  #int64(value: bigint): void {
    this.#room(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#at + bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

writeIntoOneBuffer(requests.Produce);
