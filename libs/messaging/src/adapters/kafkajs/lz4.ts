const magic = 0x184d2204;
const minMatch = 4;

/** Bits of the descriptor of a frame. */
const hasBlockChecksum = 0x10;
const hasContentSize = 0x08;
const hasContentChecksum = 0x04;
const hasDictionary = 0x01;
const isUncompressed = 0x80000000;

/**
 * Decompresses a frame of LZ4: github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Checksums are not compared, because the broker has
 * compared those of the record batch. Throws a RangeError on anything else, and above the limit.
 */
export function decompressLz4(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.readUInt32LE(0) !== magic) throw new RangeError('not a frame of LZ4');
  const flags = bytes.readUInt8(4);
  if ((flags & hasDictionary) !== 0) throw new RangeError('a frame of LZ4 needs a dictionary');
  let at = 7 + ((flags & hasContentSize) === 0 ? 0 : 8);
  const output = new Output(maxBytes);
  for (;;) {
    const header = bytes.readUInt32LE(at);
    at += 4;
    if (header === 0) break;
    const end = at + (header & ~isUncompressed & 0x7fffffff);
    if (end > bytes.length) throw new RangeError('a block of LZ4 is cut off');
    const block = bytes.subarray(at, end);
    if (header >= isUncompressed) output.append(block);
    else decompressBlock(block, output);
    at = end + ((flags & hasBlockChecksum) === 0 ? 0 : 4);
  }
  if (at + ((flags & hasContentChecksum) === 0 ? 0 : 4) > bytes.length)
    throw new RangeError('a frame of LZ4 is cut off');
  return output.bytes;
}

/** Sequences of literals and a match in what was written before: github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. */
function decompressBlock(block: Buffer, output: Output): void {
  let at = 0;
  const lengthOf = (bits: number): number => {
    let length = bits;
    for (let byte = bits === 15 ? 255 : 0; byte === 255; length += byte) byte = block.readUInt8(at++);
    return length;
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = lengthOf(token >> 4);
    if (at + literals > block.length) throw new RangeError('literals of LZ4 are cut off');
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return; // The last sequence has no match.
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, lengthOf(token & 15) + minMatch);
  }
}

class Output {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    bytes.copy(this.#bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Byte by byte: the bytes that are repeated may be written by the same match. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw new RangeError('a match of LZ4 is malformed');
    this.#reserve(length);
    for (const end = this.#length + length; this.#length < end; this.#length++)
      this.#bytes[this.#length] = this.#bytes[this.#length - distance] ?? 0;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.maxBytes) throw new RangeError(`a frame of LZ4 has more than ${this.maxBytes} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
