import { headersOf, newId, partitionOf, systemWorld, type OutgoingRecord, type Topic } from '@tradewind/messaging';

export interface Outgoing {
  readonly topic: Topic;
  readonly key: string;
  readonly type: string;
  readonly fields: object;
  /** Its place among the records of its key, from 1. */
  readonly sequence: number;
  readonly occurredAt: Date;
}

/** The record that a relay of the topic's owner would publish. */
export function outgoing({ topic, key, type, fields, sequence, occurredAt }: Outgoing): OutgoingRecord {
  const payload = JSON.stringify(fields);
  const row = {
    id: newId(systemWorld),
    topic: topic.name,
    key,
    type,
    version: 1,
    payload,
    causation: newId(systemWorld),
    correlation: key,
    traceparent: null,
    occurredAt,
    headers: null,
    archived: true,
    position: 0n,
    sequence: BigInt(sequence),
  };
  return {
    topic: topic.name,
    partition: partitionOf(key, topic.partitions),
    key,
    value: payload,
    headers: headersOf(row, topic.owner),
  };
}
