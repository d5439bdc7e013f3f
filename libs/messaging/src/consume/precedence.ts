import { afterOf, afterText, isFulfilled, type After } from '../kafka/after.js';
import type { IncomingRecord, KafkaClient, TopicPartition } from '../kafka/kafka-client.js';
import type { Log } from '../messaging.options.js';
import { Aborted, unlessAborted, type World } from '../system.js';

/** Milliseconds between two looks at how far the group has come. */
const interval = 200;

interface Waiting extends TopicPartition {
  readonly text: string;
  readonly after: After;
}

export interface PrecedenceOptions {
  readonly group: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What held these partitions up is handled: they may be read on. */
  readonly onFree: (places: readonly TopicPartition[]) => void;
}

/**
 * Keeps the order of keys over the growth of a topic. A record that comes after what other partitions held is handled only when
 * the group has committed all of that, whoever its members are and however late it is: until then its partition waits.
 */
export class Precedence {
  readonly #passed = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  #looking: Promise<void> | undefined;

  constructor(
    private readonly kafka: Pick<KafkaClient, 'committed' | 'endOffsets'>,
    private readonly world: Pick<World, 'timers'>,
    private readonly options: PrecedenceOptions,
  ) {}

  /** Whether the record has to wait: nothing more of its partition is to be begun then. */
  holds(record: IncomingRecord): boolean {
    const text = afterText(record);
    if (text === undefined || this.#passed.has(`${record.topic} ${text}`)) return false;
    const after = afterOf(record);
    if (!after) return false;
    const { topic, partition } = record;
    this.#waiting.set(placeOf(record), { topic, partition, text, after });
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return true;
  }

  /** Positions may be others now. Gives the partitions that waited: their records come again. */
  startOver(): readonly TopicPartition[] {
    const waited = [...this.#waiting.values()];
    this.#passed.clear();
    this.#waiting.clear();
    return waited;
  }

  async #look(): Promise<void> {
    const { group, log, signal } = this.options;
    while (this.#waiting.size > 0 && !signal.aborted) {
      try {
        for (const topic of new Set([...this.#waiting.values()].map((each) => each.topic))) await this.#free(topic);
      } catch (error) {
        if (error instanceof Aborted) return;
        log('warn', 'how far the group has come can not be told: what comes after it waits', {
          group,
          error: String(error),
        });
      }
      if (this.#waiting.size > 0) await this.world.timers.wait(interval, signal);
    }
  }

  async #free(topic: string): Promise<void> {
    const asked = [...this.#waiting].filter(([, each]) => each.topic === topic);
    const [ends, committed] = await unlessAborted(
      this.options.signal,
      Promise.all([this.kafka.endOffsets([topic]), this.kafka.committed(this.options.group, [topic])]),
    );
    const reached = new Map(ends.map(({ partition, start }) => [partition, start]));
    for (const { partition, next } of committed)
      if (next > (reached.get(partition) ?? 0n)) reached.set(partition, next);
    const there = new Map(ends.map(({ partition, end }) => [partition, end]));
    // What began to wait meanwhile, or anew after partitions were shared out, is not judged by this answer.
    const free = asked.filter(
      ([place, each]) =>
        this.#waiting.get(place) === each && isFulfilled(each.after, (partition) => reached.get(partition), there),
    );
    for (const [place, { text }] of free) {
      this.#passed.add(`${topic} ${text}`);
      this.#waiting.delete(place);
    }
    if (free.length > 0) this.options.onFree(free.map(([, place]) => place));
  }
}

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;
