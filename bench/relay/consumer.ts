import type { KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord, Tail } from '@tradewind/messaging/internals';
import { connectKafka } from '../environment/kafka.js';

/** Reads everything on a topic: when each message arrived, how often, and in which order. */
export class Consumer {
  /** Nanoseconds of the clock of the machine, by message. */
  readonly receivedAt = new Map<string, bigint>();
  /** Records that arrived again, and records that did not follow their predecessor with the same key. */
  repeated = 0;
  outOfOrder = 0;
  readonly #last = new Map<string, number>();
  #error: Error | undefined;
  #tail: Tail | undefined;

  private constructor(private readonly kafka: KafkaClient) {}

  /** Resolves when everything on the topic is read. */
  static async open(brokers: string, topic: string): Promise<Consumer> {
    const consumer = new Consumer(connectKafka(brokers, 'bench-consumer'));
    consumer.#tail = await consumer.kafka.tail({
      topics: [topic],
      onRecords: (records) => consumer.#receive(records),
      onFatal: (error) => (consumer.#error = error),
    });
    await consumer.#tail.caughtUp;
    return consumer;
  }

  /** Throws when it has failed. */
  check(): void {
    if (this.#error) throw this.#error;
  }

  async close(): Promise<void> {
    await this.#tail?.close();
    await this.kafka.close();
  }

  #receive(records: readonly IncomingRecord[]): void {
    const now = process.hrtime.bigint();
    for (const { key, headers } of records) {
      const id = headers['ce_id']!;
      if (this.receivedAt.has(id)) {
        this.repeated++;
        continue;
      }
      this.receivedAt.set(id, now);
      const sequence = Number(headers['ce_sequence']);
      if (sequence !== (this.#last.get(key!) ?? 0) + 1) this.outOfOrder++;
      this.#last.set(key!, sequence);
    }
  }
}
