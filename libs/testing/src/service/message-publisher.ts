import { randomUUID } from 'node:crypto';
import { messageInfo, type KafkaClient, type MessageClass, type Publisher } from '@tradewind/messaging';
import { partitionOf } from '@tradewind/messaging/internals';

/** A message as another service publishes it. */
export interface OutgoingTestMessage {
  readonly message: MessageClass;
  /** The fields of the message, as JSON values. */
  readonly fields: object;
  /** The sequence of the message within its topic and key. Default: 1. */
  readonly sequence?: number;
}

/** Publishes messages as another service does: with the envelope of the library, without an outbox. */
export class MessagePublisher {
  private constructor(
    private readonly publisher: Publisher,
    private readonly source: string,
  ) {}

  static async open(kafka: KafkaClient, source: string): Promise<MessagePublisher> {
    return new MessagePublisher(await kafka.publisher(), source);
  }

  /** Appends the messages in one call, so that a consumer gets them in as few fetches as possible. Keeps their order. */
  async publish(...messages: readonly OutgoingTestMessage[]): Promise<void> {
    await this.publisher.publish(
      messages.map(({ message, fields, sequence = 1 }) => {
        const { type, topic, key: keyField, version } = messageInfo(message);
        const key = String((fields as Record<string, unknown>)[keyField]);
        return {
          topic: topic.name,
          partition: partitionOf(key, topic.partitions),
          key,
          value: JSON.stringify(fields),
          headers: {
            ce_id: randomUUID(),
            ce_type: type,
            ce_schemaversion: String(version),
            ce_source: this.source,
            ce_sequence: String(sequence),
            ce_correlationid: key,
          },
        };
      }),
    );
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}
