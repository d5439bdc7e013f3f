import { isUtf8 } from 'node:buffer';
import { newId } from '@tradewind/kernel';
import { payloadLimit } from '../outbox/envelope.js';
import {
  boundedKey,
  type DeadLetter,
  type DeadLetterReason,
  type OutboxRow,
  type RuntimePorts,
} from '../ports/index.js';
import { readTraceContext } from '../tracing/index.js';

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);

/** The record on the dead letter topic: the value as it arrived, its origin and the reason. The complete record stays in the consumer's database. */
export function deadLetterRecord(
  { consumer, messageId, topic: origin, partition, offset, key, value, headers }: DeadLetter,
  reason: DeadLetterReason,
  topic: string,
  ports: RuntimePorts,
): OutboxRow {
  const { payload, encoding } = payloadOf(value);
  return {
    id: newId(ports),
    topic,
    key: key ? boundedKey(key) : `partition ${partition}`,
    type: 'message.dead-lettered',
    version: 1,
    payload,
    causation: messageId,
    correlation: boundedKey(headers['ce_correlationid'] ?? key ?? 'none'),
    traceparent: readTraceContext(headers)?.traceparent ?? null,
    occurredAt: ports.clock.now(),
    archived: true,
    headers: {
      'origin-topic': origin,
      'origin-partition': String(partition),
      'origin-offset': offset.toString(),
      'origin-consumer': consumer,
      'origin-message-id': messageId,
      'origin-encoding': encoding,
      reason: printable(`${reason.cause}: ${reason.detail}`),
      attempts: String(reason.attempts),
    },
  };
}

function payloadOf(value: Buffer | null): { payload: string; encoding: 'utf8' | 'base64' | 'omitted' } {
  if (value === null) return { payload: 'null', encoding: 'utf8' };
  const { text, encoding } = readableBytes(value);
  return Buffer.byteLength(text) > payloadLimit
    ? { payload: 'null', encoding: 'omitted' }
    : { payload: text, encoding };
}

/** The bytes as text that PostgreSQL can store: UTF-8 text without NUL, other bytes as Base64. */
export function readableBytes(bytes: Buffer): { readonly text: string; readonly encoding: 'utf8' | 'base64' } {
  return isUtf8(bytes) && !bytes.includes(0)
    ? { text: bytes.toString('utf8'), encoding: 'utf8' }
    : { text: bytes.toString('base64'), encoding: 'base64' };
}
