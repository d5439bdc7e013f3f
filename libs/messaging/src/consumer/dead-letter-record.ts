import { newId } from '@tradewind/kernel';
import { payloadLimit } from '../outbox/envelope.js';
import type { DeadLetter, DeadLetterReason, OutboxRow, RuntimePorts } from '../ports/index.js';

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
    key: key ?? `partition ${partition}`,
    type: 'message.dead-lettered',
    version: 1,
    payload,
    causation: messageId,
    correlation: headers['ce_correlationid'] ?? key ?? 'none',
    traceparent: headers['traceparent'] ?? null,
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
  const text = value.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(value);
  const payload = isText ? text : value.toString('base64');
  if (Buffer.byteLength(payload) > payloadLimit) return { payload: 'null', encoding: 'omitted' };
  return { payload, encoding: isText ? 'utf8' : 'base64' };
}
