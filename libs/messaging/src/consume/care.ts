import type { TopicPartition } from '../kafka/kafka-client.js';
import type { Log } from '../messaging.options.js';
import type { Store } from '../store/store.js';
import type { Decoded } from './decode.js';

/** A partition on which a consumer began this often at one offset may hold a message that kills the process. */
const startsBeforeCare = 2;
/** From there on so many go one by one; beginning within these again counts as the same place, for others' commits go on between deaths. */
const messagesWithCare = 500;
/** Processes that may die over one message, alone with it, before it is parked. */
const deathsBeforeParking = 3;

/**
 * Finds the message that kills whoever handles it: nothing that a process counts in memory outlives it. A consumer whose processes
 * begin at the same offset again and again, without one that ended in good order, goes on one by one there, and counts each
 * message in the database *before* it is tried.
 */
export class Care {
  readonly #left = new Map<string, number>();
  readonly #begun: TopicPartition[] = [];
  readonly #counted = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly group: string,
    private readonly log: Log,
  ) {}

  /** True while a partition of the batch is where this consumer began suspiciously often. */
  async needed(batch: readonly Decoded[]): Promise<boolean> {
    let care = false;
    for (const { record } of batch) {
      const place = `${record.topic}:${record.partition}`;
      // Once a process: partitions that go and come back have killed nobody.
      const left = this.#left.get(place) ?? (await this.#begin(place, record));
      care ||= left > 0;
      this.#left.set(place, Math.max(0, left - 1));
    }
    return care;
  }

  /** Counts the message, once in this process however often it is tried; true when too many processes have died over it. */
  async kills(id: string): Promise<boolean> {
    if (this.#counted.has(id)) return false;
    this.#counted.add(id);
    return (await this.store.countTry(this.group, id)) > deathsBeforeParking;
  }

  /** The message was handled or parked, and the process lives: what was counted of it counts no more. */
  async survived(id: string): Promise<void> {
    await this.store.forgetTries(this.group, id);
  }

  /** The process ends in good order: it died over nothing. */
  async end(): Promise<void> {
    if (this.#begun.length > 0) await this.store.forgetStarts(this.group, this.#begun);
  }

  async #begin(place: string, { topic, partition, offset }: Decoded['record']): Promise<number> {
    this.#begun.push({ topic, partition });
    const starts = await this.store.countStart(this.group, topic, partition, offset, messagesWithCare);
    if (starts <= startsBeforeCare) return 0;
    this.log('warn', 'the consumer began here again and again: it goes on one by one', {
      group: this.group,
      place,
      starts,
    });
    return messagesWithCare;
  }
}
