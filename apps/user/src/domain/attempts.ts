/** Failed log-ins of one kind, newest included. */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

export interface Leniency {
  /** So many cost nothing. */
  readonly free: number;
  /** The wait after the first one that is not free; it doubles with every further one. */
  readonly first: number;
  readonly longest: number;
}

const forgottenAfter = 15 * 60_000;

/** One more failure. After a quarter of an hour without one the count starts again. */
export const failedAgain = (failures: Failures | undefined, now: number): Failures => ({
  count: (current(failures, now)?.count ?? 0) + 1,
  lastAt: now,
});

/** The milliseconds still to wait before the next try. */
export function waitAfter(failures: Failures | undefined, { free, first, longest }: Leniency, now: number): number {
  const counted = current(failures, now);
  if (!counted || counted.count <= free) return 0;
  const wait = Math.min(first * 2 ** Math.min(counted.count - free - 1, 30), longest);
  return Math.max(0, counted.lastAt + wait - now);
}

const current = (failures: Failures | undefined, now: number): Failures | undefined =>
  failures && now - failures.lastAt < forgottenAfter ? failures : undefined;
