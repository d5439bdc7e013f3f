import type { OffsetRange } from '../kafka/kafka-client.js';
import type { ReplayState } from './replay-store.js';

export interface Progress {
  readonly read: number;
  readonly of: number;
  /** Records a second since the beginning. */
  readonly rate: number;
  readonly secondsLeft: number;
}

export interface Failed {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly why: string;
}

export interface ReplayReport {
  /** Undefined after a dry run. */
  readonly id: string | undefined;
  readonly generation: number | undefined;
  readonly state: ReplayState;
  readonly read: number;
  readonly seconds: number;
  /** `known`, `parked`, `poison`, and by type `new …` of a dry run and `handled …`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What could not be handled in a generation of its own; later messages of these keys were passed over. */
  readonly failed: readonly Failed[];
}

const interval = 1_000;

/** What a replay has come to so far. */
export class Tally {
  readonly failed: Failed[] = [];
  readonly #counts = new Map<string, number>();
  #read = 0;
  #of = 0;
  #since: number | undefined;
  #toldAt = 0;

  begin(now: number): void {
    this.#since = now;
    this.#toldAt = now;
  }

  expect(ranges: readonly OffsetRange[]): void {
    this.#of += Number(ranges.reduce((sum, { from, to }) => sum + (to > from ? to - from : 0n), 0n));
  }

  read(records: number): void {
    this.#read += records;
  }

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  fail(what: Failed): void {
    this.failed.push(what);
    this.count('failed');
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** About once a second. */
  isTime(now: number): boolean {
    if (now - this.#toldAt < interval) return false;
    this.#toldAt = now;
    return true;
  }

  progress(now: number): Progress {
    const rate = this.#read / Math.max(0.001, this.#seconds(now));
    return {
      read: this.#read,
      of: Math.max(this.#of, this.#read),
      rate,
      secondsLeft: rate > 0 ? Math.max(0, this.#of - this.#read) / rate : Number.POSITIVE_INFINITY,
    };
  }

  report(now: number, about: Pick<ReplayReport, 'id' | 'generation' | 'state'>): ReplayReport {
    return { ...about, read: this.#read, seconds: this.#seconds(now), counts: this.counts, failed: this.failed };
  }

  #seconds(now: number): number {
    return this.#since === undefined ? 0 : (now - this.#since) / 1_000;
  }
}
