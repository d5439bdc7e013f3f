import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { decompressLz4 } from './lz4.js';
import { decompressSnappy } from './snappy.js';

/** Decompresses the records of a batch. */
export type Decompress = (bytes: Buffer) => Uint8Array | Promise<Uint8Array>;

/** Longest decompressed batch. A few kilobytes can pretend to be gigabytes, and must not end the process. */
const maxBytes = 128 * 1024 * 1024;

type Unzip = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;
const gunzip = promisify(zlib.gunzip) as Unzip;
/** From Node 22.15. */
const { zstdDecompress } = zlib as { zstdDecompress?: (...args: never[]) => void };
const unzstd = zstdDecompress && (promisify(zstdDecompress) as unknown as Unzip);

const builtIn: Readonly<Record<string, Decompress>> = {
  gzip: (bytes) => gunzip(bytes, { maxOutputLength: maxBytes }),
  snappy: (bytes) => decompressSnappy(bytes, maxBytes),
  lz4: (bytes) => decompressLz4(bytes, maxBytes),
  ...(unzstd && { zstd: (bytes) => unzstd(bytes, { maxOutputLength: maxBytes }) }),
};

/** By the number in the attributes of a record batch. */
const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The compressions that a client can read. */
export class Codecs {
  readonly #decompress: Readonly<Record<string, Decompress>>;

  constructor({ zstd }: { readonly zstd?: Decompress | undefined } = {}) {
    this.#decompress = { ...builtIn, ...(zstd && { zstd }) };
  }

  /** Whether records of a topic with this `compression.type` can be read. The broker stores `producer` as it comes. */
  knows(compressionType: string): boolean {
    return compressionType in this.#decompress || !names.includes(compressionType) || compressionType === 'none';
  }

  async decompress(codec: number, bytes: Buffer): Promise<Buffer> {
    const name = names[codec] ?? `codec ${codec}`;
    const decompress = this.#decompress[name];
    if (!decompress) throw new TypeError(unknownCodec(name));
    const result = await decompress(bytes);
    return Buffer.from(result.buffer, result.byteOffset, result.byteLength);
  }
}

export const unknownCodec = (name: string): string =>
  `it is compressed with ${name}, which this process cannot read: ${name === 'zstd' ? 'run it on Node 22.15 or later, or set kafka.zstd' : 'update the library'}`;
