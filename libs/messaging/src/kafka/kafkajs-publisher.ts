import { CompressionTypes, type Kafka, type Message, type Producer } from 'kafkajs';
import { groupBy } from '@tradewind/kernel';
import type { Acknowledged, OutgoingRecord, Publisher } from './kafka-client.js';

/**
 * Not idempotent, one request at a time, no retry of its own: kafkajs loses acknowledged records when an error is followed
 * by another batch on the same producer. Whoever publishes throws it away and sends again from the database.
 */
export class KafkajsPublisher implements Publisher {
  private constructor(private readonly producer: Producer) {}

  static async open(kafka: Kafka): Promise<Publisher> {
    const producer = kafka.producer({
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => ({ message }) => message.partition!,
      retry: { retries: 0 },
    });
    await producer.connect();
    return new KafkajsPublisher(producer);
  }

  async publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]> {
    const topicMessages = [...groupBy(records, (record) => record.topic)].map(([topic, of]) => ({
      topic,
      messages: of.map(({ partition, key, value, headers }): Message => ({ partition, key, value, headers: { ...headers } })),
    }));
    const answers = await this.producer.sendBatch({ topicMessages, acks: -1, timeout: 20_000, compression: CompressionTypes.None });
    return answers.map(({ topicName, partition, baseOffset }) => ({ topic: topicName, partition, baseOffset: BigInt(baseOffset ?? -1) }));
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}
