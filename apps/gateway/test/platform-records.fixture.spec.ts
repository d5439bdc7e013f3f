import { contracts } from '@tradewind/contracts';
import {
  headersOf,
  messageInfo,
  newId,
  systemWorld,
  type KafkaClient,
  type OutgoingRecord,
} from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';

let sequence = 0n;

/** A record as a service would put it on one of the platform's topics. */
export function aRecord<M extends object>(cls: new () => M, fields: M): OutgoingRecord {
  const info = messageInfo(cls);
  if (!contracts.find(info.type)) throw new TypeError(`${info.type} is not in the contracts`);
  const key = String((fields as Record<string, unknown>)[info.key]);
  const id = newId(systemWorld);
  const payload = info.tombstone ? null : JSON.stringify(fields);
  const row = {
    id,
    topic: info.topic.name,
    key,
    type: info.type,
    version: info.version,
    payload,
    causation: id,
    correlation: key,
    traceparent: null,
    occurredAt: systemWorld.clock.now(),
    headers: null,
    archived: false,
    position: ++sequence,
    sequence,
  };
  return { topic: row.topic, partition: 0, key, value: payload, headers: headersOf(row, 'test') };
}

/** Publishes, again until the broker takes it: a topic that was just made has no leader yet. */
export async function publish(kafka: KafkaClient, ...records: readonly OutgoingRecord[]): Promise<void> {
  await eventually(async () => {
    const publisher = await kafka.publisher();
    try {
      return await publisher.publish(records);
    } finally {
      await publisher.close();
    }
  });
}
