import { payloadLimit } from '../outbox/envelope.js';
import type { OutboxRow, ParkedMessage, ParkReason } from '../store/store.js';
import { newId, type World } from '../system.js';

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);

/** What the dead letter topic tells of a parked message: its value as it came, and where and why it was parked. The full record stays with the consumer. */
export function parkedNote(parked: ParkedMessage, reason: ParkReason, topic: string, world: World): OutboxRow {
  const text = parked.value === null ? null : parked.value.toString('utf8');
  const whole = text !== null && Buffer.from(text, 'utf8').equals(parked.value!);
  const value = parked.value === null ? null : whole ? text : parked.value.toString('base64');
  const fits = value === null || Buffer.byteLength(value) <= payloadLimit;
  return {
    id: newId(world),
    topic,
    key: parked.key ?? `partition ${parked.partition}`,
    type: 'message.parked',
    version: 1,
    payload: fits ? (value ?? 'null') : 'null',
    causation: parked.messageId,
    correlation: parked.headers['ce_correlationid'] ?? parked.key ?? 'none',
    traceparent: parked.headers['traceparent'] ?? null,
    occurredAt: world.clock.now(),
    archived: true,
    headers: {
      'origin-topic': parked.topic,
      'origin-partition': String(parked.partition),
      'origin-offset': parked.offset.toString(),
      'origin-consumer': parked.consumer,
      'origin-message-id': parked.messageId,
      'origin-encoding': fits ? (whole || value === null ? 'utf8' : 'base64') : 'left-out',
      reason: printable(`${reason.cause}: ${reason.detail}`),
      tries: String(reason.tries),
    },
  };
}
