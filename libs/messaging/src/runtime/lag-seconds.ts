import { partitionKey, type TopicPartition } from '../ports/index.js';

/** The end of a partition, and what its group has committed. */
export interface PartitionLag extends TopicPartition {
  readonly end: bigint;
  readonly committed: bigint;
}

const maxSamples = 200;

/**
 * For how long the oldest record that a group has not committed lies on its topic. Remembers when each end of a partition was seen, so it is exact to
 * the interval of the readings, and at least the time since the first of them.
 */
export class LagSeconds {
  readonly #ends = new Map<string, { readonly at: number; readonly end: bigint }[]>();

  /** Of the slowest partition, in seconds; `now` in milliseconds. */
  read(lags: readonly PartitionLag[], now: number): number {
    return lags.reduce((slowest, lag) => Math.max(slowest, this.#secondsOf(lag, now)), 0);
  }

  #secondsOf(lag: PartitionLag, now: number): number {
    const key = partitionKey(lag);
    const ends = this.#ends.get(key) ?? [];
    if (ends.at(-1)?.end !== lag.end) ends.push({ at: now, end: lag.end });
    // A sample is needed as long as the group has not passed it.
    const from = ends.findIndex(({ end }) => end > lag.committed);
    const behind = from < 0 ? [] : ends.slice(from);
    this.#ends.set(key, (from < 0 ? ends.slice(-1) : behind).slice(0, maxSamples));
    const [oldest] = behind;
    return oldest ? (now - oldest.at) / 1_000 : 0;
  }
}
