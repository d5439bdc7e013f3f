import type { Decoded } from '../handling/decoded.js';
import { partitionKey, type Log, type Store, type TopicPartition } from '../ports/index.js';
import { partsOfAtMost, type PendingMessage } from './pending-queue.js';

/** More starts at one offset than this may mean that a message there kills the process. */
const startsBeforeGuard = 2;
/** So many messages are then guarded. Starts within this distance count as one place, because other commits advance between crashes. */
const guardedMessages = 500;
/** Guarded messages that share a transaction, while no process has crashed over one of them. */
const guardedTogether = 64;
/** Processes that may crash over a message before it is dead-lettered: one with its neighbours, then each with it alone. */
const crashesBeforeDeadLetter = 4;

/**
 * Finds a message that kills its process. Memory does not survive the crash, so starts and crashes are counted in the database. A
 * consumer that starts at the same offset again and again, without an orderly stop, handles small parts of its batches there, and counts a
 * crash for each message of a part before it, which it clears when it survives the part. A message for which a crash is counted is handled
 * alone. So a consumer that was killed for another reason soon handles its messages together again.
 */
export class CrashLoopGuard {
  readonly #left = new Map<string, number>();
  readonly #started: TopicPartition[] = [];
  readonly #counted = new Set<string>();
  #crashes: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly store: Store,
    private readonly group: string,
    private readonly log: Log,
  ) {}

  /** The parts in which to handle a batch, in its order, when a partition of it is where this consumer started suspiciously often. */
  async guardedParts(batch: readonly PendingMessage[]): Promise<(readonly PendingMessage[])[] | undefined> {
    if (!(await this.#isSuspicious(batch.map(({ decoded }) => decoded)))) return undefined;
    const crashes = await this.store.crashes(this.group, idsOf(batch));
    this.#crashes = crashes;
    return partsOfAtMost(batch, ({ alone, decoded }) => (alone || crashes.has(decoded.id) ? 1 : guardedTogether));
  }

  /** Whether too many processes crashed over a message of the batch whose parts were asked for last. */
  isDeadly(id: string): boolean {
    return (this.#crashes.get(id) ?? 0) >= crashesBeforeDeadLetter;
  }

  /** Counts a crash for each message of a part, before it is handled; once in this process while it is not cleared. */
  async begin(part: readonly PendingMessage[]): Promise<void> {
    const ids = idsOf(part).filter((id) => !this.#counted.has(id));
    if (ids.length === 0) return;
    await this.store.countCrashes(this.group, ids);
    for (const id of ids) this.#counted.add(id);
  }

  /** Clears them. If that fails, a crash too many is counted; it takes several to dead-letter a message. */
  async survived(part: readonly PendingMessage[]): Promise<void> {
    const ids = idsOf(part);
    if (ids.length === 0) return;
    try {
      await this.store.clearCrashes(this.group, ids);
      for (const id of ids) this.#counted.delete(id);
    } catch (error) {
      this.log('warn', 'crashes were not cleared', { group: this.group, messages: ids.length, error: String(error) });
    }
  }

  /** The process stops in an orderly way, so its starts do not count. */
  async stop(): Promise<void> {
    if (this.#started.length > 0) await this.store.clearStarts(this.group, this.#started);
  }

  async #isSuspicious(batch: readonly Decoded[]): Promise<boolean> {
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

  async #countStart(key: string, { topic, partition, offset }: Decoded['record']): Promise<number> {
    this.#started.push({ topic, partition });
    const starts = await this.store.countStart(this.group, topic, partition, offset, guardedMessages);
    if (starts <= startsBeforeGuard) return 0;
    this.log('warn', 'the consumer started here repeatedly: it looks for a message that kills it', {
      group: this.group,
      partition: key,
      starts,
    });
    return guardedMessages;
  }
}

const idsOf = (messages: readonly PendingMessage[]): readonly string[] => messages.map(({ decoded }) => decoded.id);
