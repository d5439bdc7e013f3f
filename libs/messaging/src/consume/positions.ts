import type { Cancel, Timers } from '@tradewind/kernel';
import type { Position, Subscription, TopicPartition } from '../kafka/kafka-client.js';
import { noteOf } from '../recovery/agreement.js';
import { Progress } from './progress.js';

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/** Milliseconds for which a commit waits for more that is done: the broker writes each down. What was not committed comes again, and the inbox knows it. */
const patience = 100;

/** How far each partition of a group is done, and the commits that tell the broker so. */
export class Positions {
  readonly #progress = new Map<string, Progress>();
  readonly #resume = new Map<string, bigint>();
  readonly #done = new Map<string, Position>();
  readonly #uncommitted = new Map<string, Position>();
  #committing: Promise<void> | undefined;
  #cancel: Cancel | undefined;

  /** @param handled a word for the set of types that are handled; it is kept with each position */
  constructor(
    private readonly handled: string,
    private readonly timers: Timers,
  ) {}

  /**
   * Undefined where the record may be begun. Else the offset to go back to first, told once: the record was fetched before the
   * partitions were shared out anew, and kafkajs would pass over what lies between.
   */
  hole(record: TopicPartition & { readonly offset: bigint }): bigint | undefined {
    const place = placeOf(record);
    const resume = this.#resume.get(place);
    if (resume === undefined || record.offset <= resume) return undefined;
    this.#resume.delete(place);
    return resume;
  }

  begin(record: TopicPartition & { readonly offset: bigint }): void {
    const place = placeOf(record);
    const progress = this.#progress.get(place) ?? new Progress();
    this.#progress.set(place, progress);
    this.#resume.delete(place);
    progress.begin(record.offset);
  }

  /** The partition goes on with this record, later. */
  wait(record: TopicPartition & { readonly offset: bigint }): void {
    this.#resume.set(placeOf(record), record.offset);
  }

  finish({ topic, partition, offset }: TopicPartition & { readonly offset: bigint }): void {
    const place = placeOf({ topic, partition });
    const progress = this.#progress.get(place);
    progress?.finish(offset);
    if (progress?.next === undefined) return;
    const position = { topic, partition, next: progress.next, note: noteOf(progress.since!, this.handled) };
    this.#done.set(place, position);
    this.#uncommitted.set(place, position);
  }

  /** Everything that is done goes with the next commit, whether it was committed before or not. */
  repeat(): void {
    for (const [place, position] of this.#done) this.#uncommitted.set(place, position);
  }

  /** After a rebalance: what was not committed comes again, from where each partition that is still ours was done. */
  forget(assigned?: readonly TopicPartition[]): void {
    for (const [place, { next }] of this.#progress) if (next !== undefined) this.#resume.set(place, next);
    const mine = assigned && new Set(assigned.map(placeOf));
    for (const place of [...this.#resume.keys()]) if (mine && !mine.has(place)) this.#resume.delete(place);
    this.#progress.clear();
    this.#done.clear();
    this.#uncommitted.clear();
  }

  /** A commit, a moment later, of all that is done by then, to the subscription that there is then. */
  commitSoon(subscription: () => Subscription | undefined): void {
    if (this.#uncommitted.size === 0) return;
    this.#cancel ??= this.timers.after(patience, () => {
      this.#cancel = undefined;
      const current = subscription();
      if (current) void this.commit(current);
    });
  }

  /** One commit at a time; what was finished meanwhile goes with the next. */
  async commit(subscription: Subscription): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    while (this.#committing) await this.#committing;
    const positions = [...this.#uncommitted.values()];
    if (positions.length === 0) return;
    this.#uncommitted.clear();
    // crashpoint: positions.before-commit
    this.#committing = subscription.commit(positions).then((kept) => {
      // crashpoint: positions.after-commit
      this.#committing = undefined;
      if (kept) return;
      // Tried again with the next batch, unless the partition has moved on or away meanwhile.
      for (const position of positions) {
        const place = placeOf(position);
        if (this.#progress.has(place) && !this.#uncommitted.has(place)) this.#uncommitted.set(place, position);
      }
    });
    await this.#committing;
  }
}
