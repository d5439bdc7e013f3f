import type { Cancel, Timers } from '@tradewind/kernel';
import {
  partitionKey,
  type CommittedOffset,
  type OffsetRange,
  type PartitionOffset,
  type Subscription,
  type TopicPartition,
} from '../ports/index.js';
import { offsetMetadata } from './offset-metadata.js';
import { PartitionProgress } from './partition-progress.js';

/** A commit waits so long for more finished records, because the broker writes each commit. Uncommitted records arrive again and are in the inbox. */
const commitDelayMs = 100;

/** The progress of each partition of a group, and its commits. */
export class OffsetTracker {
  readonly #progress = new Map<string, PartitionProgress>();
  readonly #resume = new Map<string, bigint>();
  readonly #done = new Map<string, CommittedOffset>();
  readonly #uncommitted = new Map<string, CommittedOffset>();
  #committing: Promise<void> | undefined;
  #cancel: Cancel | undefined;

  /** @param handledTypes the hash of the handled types; stored with each commit */
  constructor(
    private readonly handledTypes: string,
    private readonly timers: Timers,
  ) {}

  /**
   * Undefined where the range may be handled. Otherwise the offset to seek back to: the range was fetched before a rebalance, and kafkajs
   * would skip what lies between.
   */
  gapBefore(range: OffsetRange): bigint | undefined {
    const resume = this.#resume.get(partitionKey(range));
    return resume === undefined || range.from <= resume ? undefined : resume;
  }

  begin(record: PartitionOffset): void {
    this.#progressOf(record).begin(record.offset);
  }

  /** All records of the range have begun. */
  read({ topic, partition, from, to }: OffsetRange): void {
    this.#resume.delete(partitionKey({ topic, partition }));
    this.#progressOf({ topic, partition }).read(from, to);
    this.#note({ topic, partition });
  }

  /** The partition continues with this record later. */
  resumeFrom(record: PartitionOffset): void {
    this.#resume.set(partitionKey(record), record.offset);
  }

  finish({ topic, partition, offset }: PartitionOffset): void {
    this.#progress.get(partitionKey({ topic, partition }))?.finish(offset);
    this.#note({ topic, partition });
  }

  /** The next commit contains everything that is done, committed before or not. */
  recommitAll(): void {
    for (const [key, offset] of this.#done) this.#uncommitted.set(key, offset);
  }

  #progressOf(partition: TopicPartition): PartitionProgress {
    const key = partitionKey(partition);
    const progress = this.#progress.get(key) ?? new PartitionProgress();
    this.#progress.set(key, progress);
    return progress;
  }

  #note({ topic, partition }: TopicPartition): void {
    const key = partitionKey({ topic, partition });
    const { first, next } = this.#progress.get(key) ?? {};
    if (next === undefined || first === undefined || next === first || next === this.#done.get(key)?.offset) return;
    const done = { topic, partition, offset: next, metadata: offsetMetadata(first, this.handledTypes) };
    this.#done.set(key, done);
    this.#uncommitted.set(key, done);
  }

  /** After a rebalance: uncommitted records arrive again, from where each partition that is still assigned was done. */
  reset(assigned?: readonly TopicPartition[]): void {
    for (const [key, { next }] of this.#progress) if (next !== undefined) this.#resume.set(key, next);
    const mine = assigned && new Set(assigned.map(partitionKey));
    for (const key of [...this.#resume.keys()]) if (mine && !mine.has(key)) this.#resume.delete(key);
    this.#progress.clear();
    this.#done.clear();
    this.#uncommitted.clear();
  }

  /** Commits a moment later everything that is done by then, with the subscription that exists then. */
  commitSoon(subscription: () => Subscription | undefined): void {
    if (this.#uncommitted.size === 0) return;
    this.#cancel ??= this.timers.after(commitDelayMs, () => {
      this.#cancel = undefined;
      const current = subscription();
      if (current) void this.commit(current);
    });
  }

  /** One commit at a time. Records that are finished meanwhile go into the next one. */
  async commit(subscription: Subscription): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    while (this.#committing) await this.#committing;
    const offsets = [...this.#uncommitted.values()];
    if (offsets.length === 0) return;
    this.#uncommitted.clear();
    // crashpoint: offsets.before-commit
    this.#committing = subscription.commit(offsets).then((committed) => {
      // crashpoint: offsets.after-commit
      this.#committing = undefined;
      if (committed) return;
      // Committed again with the next batch, unless the partition advanced or was revoked meanwhile.
      for (const offset of offsets) {
        const key = partitionKey(offset);
        if (this.#progress.has(key) && !this.#uncommitted.has(key)) this.#uncommitted.set(key, offset);
      }
    });
    await this.#committing;
  }
}
