import type { Decoded } from '../handling/decoded.js';
import { partitionKey, type Log, type Store, type TopicPartition } from '../ports/index.js';

/** More starts at one offset than this may mean that a message there kills the process. */
const startsBeforeGuard = 2;
/** So many messages are then handled one by one. Starts within this distance count as one place, because other commits advance between crashes. */
const guardedMessages = 500;
/** Processes that may crash while they handle a message alone, before it is dead-lettered. */
const crashesBeforeDeadLetter = 3;

/**
 * Finds a message that kills its process. Memory does not survive the crash, so starts and attempts are counted in the database: a
 * consumer that starts at the same offset again and again, without an orderly stop, handles messages one by one there and counts
 * each attempt before it is made.
 */
export class CrashLoopGuard {
  readonly #left = new Map<string, number>();
  readonly #started: TopicPartition[] = [];
  readonly #counted = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly group: string,
    private readonly log: Log,
  ) {}

  /** Whether a partition of the batch is where this consumer started suspiciously often. */
  async isSuspicious(batch: readonly Decoded[]): Promise<boolean> {
    let suspicious = false;
    for (const { record } of batch) {
      const key = partitionKey(record);
      // Counted once a process: a rebalance crashes nothing.
      const left = this.#left.get(key) ?? (await this.#countStart(key, record));
      suspicious ||= left > 0;
      this.#left.set(key, Math.max(0, left - 1));
    }
    return suspicious;
  }

  /** Counts an attempt, once in this process; true when too many processes crashed over the message. */
  async isDeadly(id: string): Promise<boolean> {
    if (this.#counted.has(id)) return false;
    this.#counted.add(id);
    return (await this.store.countAttempt(this.group, id)) > crashesBeforeDeadLetter;
  }

  /** The message was handled or dead-lettered without a crash. */
  async survived(id: string): Promise<void> {
    await this.store.clearAttempts(this.group, id);
  }

  /** The process stops in an orderly way, so its starts do not count. */
  async stop(): Promise<void> {
    if (this.#started.length > 0) await this.store.clearStarts(this.group, this.#started);
  }

  async #countStart(key: string, { topic, partition, offset }: Decoded['record']): Promise<number> {
    this.#started.push({ topic, partition });
    const starts = await this.store.countStart(this.group, topic, partition, offset, guardedMessages);
    if (starts <= startsBeforeGuard) return 0;
    this.log('warn', 'the consumer started here repeatedly: it handles messages one by one', {
      group: this.group,
      partition: key,
      starts,
    });
    return guardedMessages;
  }
}
