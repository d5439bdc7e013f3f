import type { Batch } from 'kafkajs';
import type { ReadOptions, TopicPartition } from './kafka-client.js';
import { recordsOf, type KafkajsReader } from './kafkajs-reader.js';

interface Reading {
  readonly topic: string;
  readonly partition: number;
  to: bigint;
  next: bigint;
}

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/**
 * Reads ranges by a consumer of its own. kafkajs reads only as a member of a group and, whenever it joins, from where the group
 * stands: so it is sent to its places at each join, and what comes from before them is passed over.
 */
export class KafkajsRangeRead {
  readonly #open: Map<string, Reading>;
  #over: () => void = () => undefined;
  #failed: (error: unknown) => void = () => undefined;
  #ended = false;

  constructor(private readonly options: ReadOptions) {
    const readings = options.ranges.filter(({ from, to }) => from < to).map(({ topic, partition, from, to }): Reading => ({ topic, partition, to, next: from }));
    this.#open = new Map(readings.map((reading) => [placeOf(reading), reading]));
  }

  get topics(): string[] {
    return [...new Set([...this.#open.values()].map(({ topic }) => topic))];
  }

  fail(error: unknown): void {
    this.#failed(error);
  }

  async run(reader: KafkajsReader): Promise<void> {
    const over = new Promise<void>((resolve, reject) => {
      this.#over = resolve;
      this.#failed = reject;
    });
    over.catch(() => undefined); // thrown below
    const { consumer } = reader;
    consumer.on(consumer.events.GROUP_JOIN, () => this.#goToPlaces(reader));
    this.options.signal?.addEventListener('abort', () => this.#over(), { once: true });
    try {
      await reader.start(({ batch }) => this.#take(reader, batch));
      this.#goToPlaces(reader);
      await over;
    } finally {
      this.#ended = true;
      await reader.close();
    }
  }

  /** Before the first fetch of a membership, and once more in case that the first join was too early for it. */
  #goToPlaces({ consumer }: KafkajsReader): void {
    for (const { topic, partition, next } of this.#open.values()) consumer.seek({ topic, partition, offset: next.toString() });
  }

  async #take({ consumer }: KafkajsReader, batch: Batch): Promise<void> {
    const reading = this.#open.get(placeOf(batch));
    if (!reading || this.#ended || this.options.signal?.aborted) return consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]);
    try {
      if (await this.#handOver(reading, batch)) return;
    } catch (error) {
      return this.#failed(error);
    }
    this.#open.delete(placeOf(batch));
    consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]);
    if (this.#open.size === 0) this.#over();
  }

  /** What of a batch lies in the range, which may grow meanwhile. True when there is more to come. */
  async #handOver(reading: Reading, batch: Batch): Promise<boolean> {
    const all = recordsOf(batch.topic, batch.partition, batch.messages);
    // A batch of nothing but compacted-away records is still a step forward.
    const batchEnd = BigInt(batch.lastOffset()) + 1n;
    for (;;) {
      const records = all.filter(({ offset }) => offset >= reading.next && offset < reading.to);
      if (records.length > 0) await this.options.onRecords(records);
      const reached = batchEnd < reading.to ? batchEnd : reading.to;
      if (reached > reading.next) reading.next = reached;
      if (reading.next < reading.to) return true;
      const { topic, partition, next: from } = reading;
      reading.to = (await this.options.onEnd?.({ topic, partition, from, to: reading.to })) ?? reading.to;
      if (reading.to <= from) return false;
      if (batchEnd <= from) return true;
    }
  }
}
