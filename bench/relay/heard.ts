import { kafkaClient, type IncomingRecord, type KafkaClient, type Tail } from '@tradewind/messaging';

/** Everything that came of a topic: when, how often, and in which order. */
export class Heard {
  /** Nanoseconds of the machine's own clock, by message. */
  readonly at = new Map<string, bigint>();
  /** Records that came once more. */
  again = 0;
  /** Records that did not come after the one before them of their key. */
  outOfOrder = 0;
  readonly #last = new Map<string, number>();
  #dead: Error | undefined;
  #tail: Tail | undefined;

  private constructor(private readonly kafka: KafkaClient) {}

  /** Resolves when it has heard everything that is on the topic. */
  static async open(brokers: string, topic: string): Promise<Heard> {
    const heard = new Heard(kafkaClient({ brokers: brokers.split(','), clientId: 'bench-consumer' }));
    heard.#tail = await heard.kafka.tail({
      topics: [topic],
      onRecords: (records) => heard.#hear(records),
      onDead: (error) => (heard.#dead = error),
    });
    await heard.#tail.caughtUp;
    return heard;
  }

  /** Throws when nothing is heard any more. */
  check(): void {
    if (this.#dead) throw this.#dead;
  }

  async close(): Promise<void> {
    await this.#tail?.close();
    await this.kafka.close();
  }

  #hear(records: readonly IncomingRecord[]): void {
    const now = process.hrtime.bigint();
    for (const { key, headers } of records) {
      const id = headers['ce_id']!;
      if (this.at.has(id)) {
        this.again++;
        continue;
      }
      this.at.set(id, now);
      const sequence = Number(headers['ce_sequence']);
      if (sequence !== (this.#last.get(key!) ?? 0) + 1) this.outOfOrder++;
      this.#last.set(key!, sequence);
    }
  }
}
