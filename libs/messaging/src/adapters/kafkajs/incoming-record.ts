import { isUtf8 } from 'node:buffer';
import type { IncomingRecord } from '../../ports/kafka-client.js';
import type { RawRecord } from './record-batches.js';

export const incomingRecord = (
  topic: string,
  partition: number,
  { offset, timestamp, key, value, headers }: RawRecord,
): IncomingRecord => ({
  topic,
  partition,
  offset,
  timestamp: timeOf(timestamp),
  key: key && textOfBytes(key),
  value,
  headers: headersOf(headers),
});

/** Undefined for a record without a time, or with one that no calendar has. */
function timeOf(timestamp: bigint): Date | undefined {
  const time = new Date(Number(timestamp));
  return time.getTime() >= 0 ? time : undefined;
}

/** Kafka allows a header without a value: it counts as absent. */
function headersOf(headers: RawRecord['headers']): Record<string, string> {
  const first = new Map<string, string>();
  for (const [name, value] of headers) {
    const text = textOfBytes(name);
    if (value !== null && !first.has(text)) first.set(text, textOfBytes(value));
  }
  return Object.fromEntries(first);
}

/** UTF-8 text that PostgreSQL can store; other bytes as `base64:…`, so that different bytes stay different. */
function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString();
  const isText = !text.includes('\0') && (!text.includes('\ufffd') || isUtf8(bytes));
  return isText ? text : `base64:${bytes.toString('base64')}`;
}
