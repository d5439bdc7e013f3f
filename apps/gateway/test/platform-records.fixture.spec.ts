import { contracts } from '@tradewind/contracts';
import {
  headersOf,
  messageInfo,
  newId,
  systemPorts,
  type KafkaClient,
  type OutgoingRecord,
} from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';

let sequence = 0n;

/** A record of a platform topic, as a service publishes it. */
export function aRecord<M extends object>(cls: new () => M, fields: M): OutgoingRecord {
  const info = messageInfo(cls);
  if (!contracts.find(info.type)) throw new TypeError(`${info.type} is not in the contracts`);
  const key = String((fields as Record<string, unknown>)[info.key]);
  const id = newId(systemPorts);
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
    occurredAt: systemPorts.clock.now(),
    headers: null,
    archived: false,
    position: ++sequence,
    sequence,
  };
  return { topic: row.topic, partition: 0, key, value: payload, headers: headersOf(row, 'test') };
}

/** Retries until the broker accepts the records: a new topic has no leader yet. */
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
