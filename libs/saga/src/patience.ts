import { milliseconds } from './duration.js';
import type { Step } from './story.js';

/** From this try on somebody should look: the saga goes on trying all the same. */
export const alarmAfter = 5;

const firstUndo = 10_000;
const longest = 300_000;

const growing = (first: number, attempt: number): number =>
  Math.max(first, Math.min(first * 2 ** Math.min(attempt - 1, 20), longest));

/** How long an answer is waited for. What is tried for ever is tried at growing distances, at most five minutes. */
export function patience<S>(step: Step<S>, attempt: number, kind: 'undo' | 'ask' | 'ask for ever'): number {
  if (kind === 'undo') return growing(firstUndo, attempt);
  const within = milliseconds(step.within);
  return kind === 'ask' ? within : growing(within, attempt);
}
