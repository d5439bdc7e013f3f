import { InstanceGone, InstanceSeen, topics } from '@tradewind/contracts';
import { headersOf, makeMessage, messageInfo, newId, type OutgoingRecord, type World } from '@tradewind/messaging';

/** The one kind of record that passes no outbox: an instance says that it is there, or that it goes. */
export function announcement(
  said: InstanceSeen | InstanceGone,
  service: string,
  sequence: bigint,
  world: World,
): OutgoingRecord {
  const gone = !('seenAt' in said);
  const info = messageInfo(gone ? InstanceGone : InstanceSeen);
  const payload = gone ? null : JSON.stringify(makeMessage(InstanceSeen, said));
  const id = newId(world);
  const row = {
    id,
    topic: topics.platformInstances.name,
    key: said.instanceId,
    type: info.type,
    version: info.version,
    payload,
    causation: id,
    correlation: said.instanceId,
    traceparent: null,
    occurredAt: world.clock.now(),
    headers: null,
    archived: false,
    position: sequence,
    sequence,
  };
  return { topic: row.topic, partition: 0, key: row.key, value: payload, headers: headersOf(row, service) };
}
