import { randomUUID } from 'node:crypto';
import type { KafkaClient } from '@tradewind/messaging';
import { type OutgoingRecord, type Publisher, partitionOf, sequenceText } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';

/** A message as another service publishes it. */
export interface OutgoingTestMessage {
  readonly message: MessageClass;
  /** The fields of the message, as JSON values. */
  readonly fields: object;
  /** The sequence of the message within its topic and key. Default: 1. */
  readonly sequence?: number;
}

/** The record of a message as the relay of another service publishes it. */
export function recordOf({ message, fields, sequence = 1 }: OutgoingTestMessage): OutgoingRecord {
  const { type, topic, key: keyField, version, tombstone } = messageInfo(message);
  const key = String((fields as Record<string, unknown>)[keyField]);
  return {
    topic: topic.name,
    partition: partitionOf(key, topic.partitions),
    key,
    value: tombstone ? null : JSON.stringify(fields),
    headers: {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: String(version),
      ce_source: '/test',
      ce_sequence: sequenceText(sequence),
      ce_correlationid: key,
    },
  };
}

/** Publishes messages as another service does: with the envelope of the library, without an outbox. */
export class MessagePublisher {
  private constructor(private readonly publisher: Publisher) {}

  static async open(kafka: KafkaClient): Promise<MessagePublisher> {
    return new MessagePublisher(await kafka.publisher());
  }

  /** Appends the messages in one call, so that a consumer gets them in as few fetches as possible. Keeps their order. */
  publish(...messages: readonly OutgoingTestMessage[]): Promise<void> {
    return this.publishRecords(...messages.map((message) => recordOf(message)));
  }

  async publishRecords(...records: readonly OutgoingRecord[]): Promise<void> {
    await this.publisher.publish(records);
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}
