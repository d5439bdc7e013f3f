/** Failed log-ins of one key: an address, an account, or both. */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

export interface ThrottlePolicy {
  /** Failures without a delay. */
  readonly freeAttempts: number;
  /** The delay after the first failure that is not free; it doubles with each further one. */
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

const resetAfterMs = 15 * 60_000;

/** Adds a failure. The count starts again after 15 minutes without one. */
export const withFailure = (failures: Failures | undefined, now: number): Failures => ({
  count: (current(failures, now)?.count ?? 0) + 1,
  lastAt: now,
});

/** Milliseconds until the next attempt is allowed. */
export function remainingDelay(
  failures: Failures | undefined,
  { freeAttempts, initialDelayMs, maxDelayMs }: ThrottlePolicy,
  now: number,
): number {
  const counted = current(failures, now);
  if (!counted || counted.count <= freeAttempts) return 0;
  const delayMs = Math.min(initialDelayMs * 2 ** Math.min(counted.count - freeAttempts - 1, 30), maxDelayMs);
  return Math.max(0, counted.lastAt + delayMs - now);
}

const current = (failures: Failures | undefined, now: number): Failures | undefined =>
  failures && now - failures.lastAt < resetAfterMs ? failures : undefined;
