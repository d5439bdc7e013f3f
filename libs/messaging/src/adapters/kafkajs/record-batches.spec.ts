import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Codecs } from './codecs.js';
import { aRecord, anyRecord, encodeBatch } from './raw-records.fixture.spec.js';
import { readRecordSet, type AbortedTransaction } from './record-batches.js';

const read = (bytes: Buffer, aborted: readonly AbortedTransaction[] = []) =>
  readRecordSet(bytes, aborted, new Codecs());
const offsetsOf = async (bytes: Buffer, aborted?: readonly AbortedTransaction[]) => {
  const { records, end } = await read(bytes, aborted);
  return [records.map(({ offset }) => offset), end];
};
const transactional = 0x10;
const control = 0x20;
const inTransaction = (producerId: bigint, ...offsets: readonly bigint[]): Buffer =>
  encodeBatch(
    offsets.map((offset) => aRecord(offset)),
    { attributes: transactional, producerId },
  );
const marker = (producerId: bigint, offset: bigint, type: 'abort' | 'commit'): Buffer =>
  encodeBatch([aRecord(offset, { key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]) })], {
    attributes: transactional | control,
    producerId,
  });

describe('a fetch', () => {
  it('has the records that were published, whatever their bytes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
        async (batches) => {
          let next = 7n;
          const records = batches.map((batch) => batch.map((record) => ({ ...record, offset: next++ })));
          const set = await read(Buffer.concat(records.map((batch) => encodeBatch(batch))));
          expect(set).toEqual({ records: records.flat(), end: batches.length === 0 ? undefined : next });
        },
      ),
    ));

  it('ends before a batch that is cut off', async () => {
    const whole = encodeBatch([aRecord(3n), aRecord(4n)]);
    expect(await offsetsOf(Buffer.concat([whole, encodeBatch([aRecord(5n)]).subarray(0, -1)]))).toEqual([[3n, 4n], 5n]);
  });

  it('was read to the end of its batches, although compaction removed their records', async () => {
    const compacted = encodeBatch([aRecord(5n)], { baseOffset: 3n, lastOffsetDelta: 4 });
    expect(await offsetsOf(compacted)).toEqual([[5n], 8n]);
    expect(
      await offsetsOf(Buffer.concat([compacted, encodeBatch([], { baseOffset: 8n, lastOffsetDelta: 2 })])),
    ).toEqual([[5n], 11n]);
  });

  it('has no marks of transactions', async () =>
    expect(await offsetsOf(Buffer.concat([inTransaction(1n, 0n, 1n), marker(1n, 2n, 'commit')]))).toEqual([
      [0n, 1n],
      3n,
    ]));

  it('has no records of aborted transactions, of several producers at once', async () => {
    const aborted = [
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 0n },
    ];
    const log = [
      inTransaction(2n, 5n),
      inTransaction(3n, 6n),
      inTransaction(1n, 7n),
      marker(2n, 8n, 'abort'),
      inTransaction(2n, 9n),
      encodeBatch([aRecord(10n, { key: Buffer.from([0, 0, 0, 0]) })]),
      inTransaction(1n, 11n),
      marker(1n, 12n, 'abort'),
    ];
    expect(await offsetsOf(Buffer.concat(log), aborted)).toEqual([[6n, 9n, 10n], 13n]);
  });

  it('has no record of any transaction where it is read without them', async () => {
    const log = Buffer.concat([encodeBatch([aRecord(0n)]), inTransaction(1n, 1n), encodeBatch([aRecord(2n)])]);
    const { records, end } = await readRecordSet(log, 'without transactions', new Codecs());
    expect([records.map(({ offset }) => offset), end]).toEqual([[0n, 2n], 3n]);
  });

  it('has the time of the broker where the topic says so', async () => {
    const { records } = await read(encodeBatch([aRecord(0n, { timestamp: 5n })], { attributes: 8, maxTimestamp: 9n }));
    expect(records[0]!.timestamp).toBe(9n);
  });

  it('ends before a batch whose compression is unknown, and names it', async () => {
    const zstd = encodeBatch([aRecord(4n)], { attributes: 4, body: Buffer.from('not zstd') });
    const { records, ...rest } = await read(Buffer.concat([encodeBatch([aRecord(3n)]), zstd]));
    expect(records).toHaveLength(1);
    expect(rest).toEqual({ end: 4n, unreadable: expect.stringMatching(/zstd|Src|frame/i) });
    expect(await read(encodeBatch([aRecord(4n)], { attributes: 7 }))).toMatchObject({
      unreadable: expect.stringContaining('codec 7'),
    });
  });

  it('decompresses with what its client was given', async () => {
    const record = aRecord(4n, { value: Buffer.from('hello') });
    const body = encodeBatch([record]).subarray(61);
    const zstd = encodeBatch([record], { attributes: 4, body: Buffer.from('?') });
    const gzip = encodeBatch([record], { attributes: 1, body: gzipSync(body) });
    const set = await readRecordSet(Buffer.concat([zstd, gzip]), [], new Codecs({ zstd: () => body }));
    expect(set.records.map(({ value }) => value!.toString())).toEqual(['hello', 'hello']);
  });

  it('never fails, whatever its bytes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(4),
        async (records, damages, attributes) => {
          const batch = encodeBatch(records, { attributes });
          for (const [at, byte] of damages) batch[at % batch.length] = byte;
          expect(await read(Buffer.concat([batch, batch]))).toHaveProperty('records');
        },
      ),
      { numRuns: 2_000 },
    ));
});
