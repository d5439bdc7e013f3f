import { InstanceGone, InstanceSeen, topics } from '@tradewind/contracts';
import { newId } from '@tradewind/kernel';
import { headersOf, type OutgoingRecord, type RuntimePorts } from '@tradewind/messaging/internals';
import { makeMessage, messageInfo } from '@tradewind/messaging/message';

/** A record of `platform.instances`: a heartbeat, or a tombstone at shutdown. The only records that do not pass the outbox. */
export function instanceRecord(
  message: InstanceSeen | InstanceGone,
  service: string,
  sequence: bigint,
  ports: RuntimePorts,
): OutgoingRecord {
  const gone = !('seenAt' in message);
  const info = messageInfo(gone ? InstanceGone : InstanceSeen);
  const payload = gone ? null : JSON.stringify(makeMessage(InstanceSeen, message));
  const id = newId(ports);
  const row = {
    id,
    topic: topics.platformInstances.name,
    key: message.instanceId,
    type: info.type,
    version: info.version,
    payload,
    causation: id,
    correlation: message.instanceId,
    traceparent: null,
    occurredAt: ports.clock.now(),
    headers: null,
    archived: false,
    position: sequence,
    sequence,
  };
  return { topic: row.topic, partition: 0, key: row.key, value: payload, headers: headersOf(row, service) };
}
