import type { Step } from './definition.js';
import { milliseconds } from './duration.js';

/** Above this number of attempts a saga counts as stuck. It continues to retry. */
export const stuckAfterAttempts = 5;

const firstCompensationTimeoutMs = 10_000;
const maxTimeoutMs = 300_000;

const backOff = (firstMs: number, attempt: number): number =>
  Math.max(firstMs, Math.min(firstMs * 2 ** Math.min(attempt - 1, 20), maxTimeoutMs));

/** Milliseconds until the timeout of an attempt. Grows with each attempt where the command is retried forever, up to five minutes. */
export function stepTimeoutMs<S>(
  step: Step<S>,
  attempt: number,
  kind: 'compensation' | 'command' | 'command forever',
): number {
  if (kind === 'compensation') return backOff(firstCompensationTimeoutMs, attempt);
  const timeoutMs = milliseconds(step.timeout);
  return kind === 'command' ? timeoutMs : backOff(timeoutMs, attempt);
}
