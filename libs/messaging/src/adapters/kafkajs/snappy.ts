/** Frames of the Java client: a header of 16 bytes, then blocks, each with its length. */
const javaMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const javaHeaderBytes = 16;

/** Decompresses Snappy, as one block or in the frames of the Java client. Throws a RangeError on anything else, and above the limit. */
export function decompressSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, javaMagic.length).equals(javaMagic)) return decompressBlock(bytes, maxBytes);
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (let at = javaHeaderBytes; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end <= at + 4 || end > bytes.length) throw new RangeError('a block of Snappy is cut off');
    const block = decompressBlock(bytes.subarray(at + 4, end), left);
    left -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

/** The length, then literals and copies: github.com/google/snappy/blob/main/format_description.txt. */
function decompressBlock(bytes: Buffer, maxBytes: number): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++);
    size += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
    if (shift > 28) throw new RangeError('a block of Snappy has no length');
  }
  if (size > maxBytes) throw new RangeError(`a block of Snappy has ${size} bytes`);
  const output = Buffer.alloc(size);
  let written = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at++);
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : bytes.readUIntLE(at, extra)) + 1;
      at += extra;
      if (at + length > bytes.length || written + length > size) throw new RangeError('a literal of Snappy is cut off');
      bytes.copy(output, written, at, at + length);
      at += length;
      written += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const distance = kind === 1 ? ((tag >> 5) << 8) | bytes.readUInt8(at) : bytes.readUIntLE(at, kind === 2 ? 2 : 4);
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (distance === 0 || distance > written || written + length > size)
      throw new RangeError('a copy of Snappy is malformed');
    // Byte by byte: the bytes that are copied may be written by the same copy.
    for (const end = written + length; written < end; written++) output[written] = output[written - distance] ?? 0;
  }
  if (written !== size) throw new RangeError('a block of Snappy is cut off');
  return output;
}
