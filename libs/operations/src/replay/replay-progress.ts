import type { OffsetRange } from '@tradewind/messaging/internals';
import type { ReplayState } from './replay-store.js';

/** How far a replay is. */
export interface Progress {
  readonly read: number;
  readonly of: number;
  /** Records a second since the start. */
  readonly rate: number;
  readonly secondsLeft: number;
}

/** A message that a replay could not handle. */
export interface FailedMessage {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly error: string;
}

/** What a replay did. */
export interface ReplayReport {
  /** Undefined after a dry run. */
  readonly id: string | undefined;
  readonly generation: number | undefined;
  readonly state: ReplayState;
  readonly read: number;
  readonly seconds: number;
  /** `known`, `dead-lettered`, `poison`, and by type `new …` (dry run) and `handled …`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Messages that failed in a generation of their own; later messages of their keys are skipped. */
  readonly failed: readonly FailedMessage[];
}

const reportIntervalMs = 1_000;

/** Counts what a replay or a rebuild has read and handled. */
export class ReplayProgress {
  readonly failed: FailedMessage[] = [];
  readonly #counts = new Map<string, number>();
  #read = 0;
  #expected = 0;
  #startedAt: number | undefined;
  #reportedAt = 0;

  begin(now: number): void {
    this.#startedAt = now;
    this.#reportedAt = now;
  }

  expect(ranges: readonly OffsetRange[]): void {
    this.#expected += Number(ranges.reduce((sum, { from, to }) => sum + (to > from ? to - from : 0n), 0n));
  }

  read(records: number): void {
    this.#read += records;
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  fail(message: FailedMessage): void {
    this.failed.push(message);
    this.count('failed');
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** True about once a second. */
  isReportDue(now: number): boolean {
    if (now - this.#reportedAt < reportIntervalMs) return false;
    this.#reportedAt = now;
    return true;
  }

  progress(now: number): Progress {
    const rate = this.#read / Math.max(0.001, this.#seconds(now));
    return {
      read: this.#read,
      of: Math.max(this.#expected, this.#read),
      rate,
      secondsLeft: rate > 0 ? Math.max(0, this.#expected - this.#read) / rate : Number.POSITIVE_INFINITY,
    };
  }

  report(now: number, about: Pick<ReplayReport, 'id' | 'generation' | 'state'>): ReplayReport {
    return { ...about, read: this.#read, seconds: this.#seconds(now), counts: this.counts, failed: this.failed };
  }

  #seconds(now: number): number {
    return this.#startedAt === undefined ? 0 : (now - this.#startedAt) / 1_000;
  }
}
