import { newId } from '@tradewind/kernel';
import type { Topic } from '@tradewind/messaging';
import {
  headersOf,
  partitionOf,
  systemPorts,
  type OutboxRow,
  type OutgoingRecord,
} from '@tradewind/messaging/internals';

export interface RecordFields {
  readonly topic: Topic;
  readonly key: string;
  readonly type: string;
  readonly fields: object;
  /** Its place among the records of its key, from 1. */
  readonly sequence: number;
  readonly occurredAt: Date;
}

/** A row of the outbox, as the library appends it. */
export const outboxRow = (topic: string, key: string, type: string, payload: string, occurredAt: Date): OutboxRow => ({
  id: newId(systemPorts),
  topic,
  key,
  type,
  version: 1,
  payload,
  causation: newId(systemPorts),
  correlation: key,
  traceparent: null,
  occurredAt,
  headers: null,
  archived: true,
});

/** The record that the relay of the owner of the topic would publish. */
export function recordOf({ topic, key, type, fields, sequence, occurredAt }: RecordFields): OutgoingRecord {
  const value = JSON.stringify(fields);
  const row = { ...outboxRow(topic.name, key, type, value, occurredAt), position: 0n, sequence: BigInt(sequence) };
  const partition = partitionOf(key, topic.partitions);
  return { topic: topic.name, partition, key, value, headers: headersOf(row, topic.owner) };
}
