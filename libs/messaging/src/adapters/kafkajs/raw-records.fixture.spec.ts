import { createRequire } from 'node:module';
import { connect } from 'node:net';
import fc from 'fast-check';
import { addressOf } from './kafkajs-settings.js';
import type { RawRecord } from './record-batches.js';

const require = createRequire(import.meta.url);
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number;

const int = (bytes: number, value: number | bigint): Buffer => {
  const into = Buffer.alloc(bytes);
  if (bytes === 8) into.writeBigInt64BE(BigInt(value));
  else into.writeIntBE(Number(value), 0, bytes);
  return into;
};
const varint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const sized = (bytes: Buffer | null): Buffer =>
  bytes === null ? varint(-1n) : Buffer.concat([varint(BigInt(bytes.length)), bytes]);

function encodeRecord({ timestamp, offset, key, value, headers }: RawRecord, base: RawRecord): Buffer {
  return sized(
    Buffer.concat([
      int(1, 0),
      varint(timestamp - base.timestamp),
      varint(offset - base.offset),
      sized(key),
      sized(value),
      varint(BigInt(headers.length)),
      ...headers.flatMap(([name, header]) => [sized(name), sized(header)]),
    ]),
  );
}

export interface BatchSettings {
  readonly baseOffset?: bigint;
  readonly lastOffsetDelta?: number;
  readonly attributes?: number;
  readonly producerId?: bigint;
  readonly maxTimestamp?: bigint;
  /** The records as they are in the batch. */
  readonly body?: Buffer;
}

/** A record batch, format 2, of any records: kafkajs encodes no headers without a value, and no names that are not text. */
export function encodeBatch(records: readonly RawRecord[], settings: BatchSettings = {}): Buffer {
  const [first] = records;
  const last = records.at(-1);
  const { baseOffset = first?.offset ?? 0n, attributes = 0, producerId = -1n } = settings;
  const base = { ...(first ?? aRecord(0n)), offset: baseOffset };
  const { lastOffsetDelta = Number((last?.offset ?? baseOffset) - baseOffset) } = settings;
  const maxTimestamp = records.reduce((max, { timestamp }) => (timestamp > max ? timestamp : max), base.timestamp);
  const checked = Buffer.concat([
    int(2, attributes),
    int(4, lastOffsetDelta),
    int(8, base.timestamp),
    int(8, settings.maxTimestamp ?? maxTimestamp),
    int(8, producerId),
    int(2, producerId < 0n ? -1 : 0),
    int(4, producerId < 0n ? -1 : 0),
    int(4, records.length),
    settings.body ?? Buffer.concat(records.map((record) => encodeRecord(record, base))),
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(checked) >>> 0);
  return Buffer.concat([int(8, baseOffset), int(4, 9 + checked.length), int(4, 0), int(1, 2), crc, checked]);
}

export const aRecord = (offset: bigint, rest: Partial<RawRecord> = {}): RawRecord => ({
  offset,
  timestamp: 0n,
  key: null,
  value: null,
  headers: [],
  ...rest,
});

/** Publishes records without a client, on a partition of the only broker. Rejects with Kafka's error code. */
export async function produceRaw(broker: string, topic: string, partition: number, records: readonly RawRecord[]) {
  const batch = encodeBatch(records.map((record, offset) => ({ ...record, offset: BigInt(offset) })));
  const name = (text: string): Buffer => Buffer.concat([int(2, text.length), Buffer.from(text)]);
  const request = Buffer.concat([
    Buffer.concat([int(2, 0), int(2, 3), int(4, 0), name('raw')]), // produce, version 3
    Buffer.concat([int(2, -1), int(2, -1), int(4, 10_000), int(4, 1), name(topic), int(4, 1), int(4, partition)]),
    int(4, batch.length),
    batch,
  ]);
  const socket = connect(addressOf(broker));
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      let received = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) resolve(received);
      });
      socket.on('error', reject).on('close', () => reject(new Error('the broker closed the connection')));
      socket.write(Buffer.concat([int(4, request.length), request]));
    });
    const code = answer.readInt16BE(8 + 4 + 2 + topic.length + 4 + 4);
    if (code !== 0) throw new Error(`the broker answered with the error ${code}`);
  } finally {
    socket.removeAllListeners('close').destroy();
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text);
const bytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some)),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => Buffer.from(text)),
  fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom('', '{', 'null', '{"__proto__":{}}', '[[[[', '\u0000\u0000\u0000\u0000\u0007{}')
    .map((text) => Buffer.from(text)),
);
const headerNames = [
  'baggage',
  'traceparent',
  'content-type',
  '__proto__',
  'constructor',
  'toString',
  'ce_id',
  'ce_type',
  'ce_source',
  'ce_sequence',
  'ce_schemaversion',
  'ce_time',
  'ce_correlationid',
  'ce_causationid',
  'ce_readablesince',
  'ce_previousends',
];
const headerValues = [
  '',
  '1',
  '0',
  '999999999999999999',
  '00000000-0000-4000-8000-000000000000',
  '/somebody',
  '-271821-04-20T00:00:00Z',
  '5,7',
  '{}',
];

const headerName: fc.Arbitrary<Buffer> = fc.oneof(fc.constantFrom(...headerNames).map(bytesOf), bytes);
const headerValue: fc.Arbitrary<Buffer> = fc.oneof(fc.constantFrom(...headerValues).map(bytesOf), bytes);

/** Any record that a broker accepts now: it refuses times that are more than an hour ahead. */
export const anyRecord: fc.Arbitrary<RawRecord> = fc.record({
  offset: fc.constant(0n),
  timestamp: fc.bigInt({ min: 0n, max: 1_700_000_000_000n }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple<[Buffer, Buffer | null]>(headerName, fc.option(headerValue)), { maxLength: 8 }),
});
