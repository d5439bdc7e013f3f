import { CompressionTypes, type Message, type Producer } from 'kafkajs';
import { groupBy } from '@tradewind/kernel';
import { RecordsRejected } from '../../ports/errors.js';
import type { Acknowledged, OutgoingRecord, Publisher } from '../../ports/kafka-client.js';
import type { KafkajsConnection } from './kafkajs-connection.js';

/**
 * Not idempotent, one request at a time, no retries: kafkajs loses acknowledged records when an error is followed by another batch on
 * the same producer. After an error the caller discards the publisher and publishes again from the database.
 */
export class KafkajsPublisher implements Publisher {
  #unusable = false;

  private constructor(
    private readonly producer: Producer,
    private readonly connection: KafkajsConnection,
  ) {}

  static async open(connection: KafkajsConnection): Promise<Publisher> {
    const producer = connection.kafka.producer({
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          partitionOf(message),
      retry: { retries: 0 },
    });
    await connection.open(producer.connect());
    return new KafkajsPublisher(producer, connection);
  }

  async publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]> {
    const topicMessages = [...groupBy(records, (record) => record.topic)].map(([topic, of]) => ({
      topic,
      messages: of.map(({ partition, key, value, headers }): Message => ({
        partition,
        key,
        value,
        headers: { ...headers },
      })),
    }));
    this.#unusable = true;
    const answers = await this.producer
      .sendBatch({ topicMessages, acks: -1, timeout: 10_000, compression: CompressionTypes.None })
      .catch(async (error: unknown) => {
        throw publishError(
          await this.connection.explain(error, {
            topics: topicMessages.map(({ topic }) => topic),
            operation: 'Write',
          }),
        );
      });
    this.#unusable = false;
    return answers.map(({ topicName, partition, baseOffset }) => ({
      topic: topicName,
      partition,
      baseOffset: BigInt(baseOffset ?? -1),
    }));
  }

  /** An unusable publisher closes its sockets first, because kafkajs would wait for answers that are not needed any more. */
  async close(): Promise<void> {
    if (this.#unusable) this.connection.close();
    try {
      await this.producer.disconnect();
    } finally {
      this.connection.close();
    }
  }
}

function partitionOf({ partition }: { readonly partition?: number }): number {
  if (partition === undefined) throw new TypeError('a record has no partition');
  return partition;
}

/**
 * Errors of the broker for records that it will never accept. INVALID_TIMESTAMP is not one: a clock that is more than an hour ahead is set
 * again. Neither is CORRUPT_MESSAGE: the bytes changed on their way.
 */
const permanentRejections = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

function publishError(error: unknown): unknown {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++) {
    const { type } = at as { type?: string };
    if (type !== undefined && permanentRejections.has(type)) return new RecordsRejected(type, { cause: error });
  }
  return error;
}
