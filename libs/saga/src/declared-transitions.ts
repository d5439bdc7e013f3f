import { isStep, type Entry, type Step } from './definition.js';
import { definitionOf, type Saga } from './saga.js';
import type { Position, Transition } from './state.js';

/** A transition that a definition allows. */
export type DeclaredTransition = Pick<Transition, 'from' | 'to' | 'cause'>;

/** Every transition that the history of such a saga may contain. Derived from the definition alone, not from the engine, so that a checker can judge the engine by it. */
export function declaredTransitions<S>(saga: Saga<S>, version = saga.version): DeclaredTransition[] {
  const { steps } = definitionOf(saga, version);
  const point = steps.findIndex((entry) => !isStep(entry));
  const all: DeclaredTransition[] = [...entering(steps, 0, 'not started', 'start')];
  for (const [at, step] of steps.entries()) {
    if (isStep(step))
      all.push(...whileExecuting(steps, at, step, point >= 0 && at > point), ...whileCompensating(steps, at, step));
  }
  return all;
}

/** Where a saga goes once everything before `at` is done. A point of no return is passed in the same transaction. */
function entering<S>(
  steps: readonly Entry<S>[],
  at: number,
  from: Position,
  cause: DeclaredTransition['cause'],
): DeclaredTransition[] {
  const entry = steps[at];
  if (!entry) return [{ from, to: 'completed', cause }];
  if (isStep(entry)) return [{ from, to: `executing ${entry.name}`, cause }];
  return [{ from, to: `passed ${entry.name}`, cause }, ...entering(steps, at + 1, `passed ${entry.name}`, cause)];
}

/** The newest step before `end` that has a compensation; the end of the saga where there is none. */
const compensationBefore = <S>(steps: readonly Entry<S>[], end: number): Position => {
  const newest = steps.slice(0, end).findLast((entry) => isStep(entry) && entry.compensation);
  return newest ? `compensating ${newest.name}` : 'failed';
};

function whileExecuting<S>(
  steps: readonly Entry<S>[],
  at: number,
  step: Step<S>,
  isAfterPoint: boolean,
): DeclaredTransition[] {
  const from: Position = `executing ${step.name}`;
  const next = entering(steps, at + 1, from, 'reply');
  const again: DeclaredTransition[] = [{ from, to: from, cause: 'operator' }];
  if (isAfterPoint || step.retries) again.push({ from, to: from, cause: 'timeout' });
  if (isAfterPoint) return [...next, ...again, ...entering(steps, at + 1, from, 'operator')];
  const back = compensationBefore(steps, at + 1);
  const failing: DeclaredTransition[] = [
    { from, to: back, cause: 'cancel' },
    { from, to: back, cause: 'operator' },
  ];
  if (step.retries !== 'forever') failing.push({ from, to: back, cause: 'timeout' });
  if (step.failure) failing.push({ from, to: compensationBefore(steps, at), cause: 'reply' });
  return [...next, ...again, ...failing];
}

function whileCompensating<S>(steps: readonly Entry<S>[], at: number, step: Step<S>): DeclaredTransition[] {
  if (!step.compensation) return [];
  const from: Position = `compensating ${step.name}`;
  const to = compensationBefore(steps, at);
  return [
    { from, to, cause: 'reply' },
    { from, to, cause: 'operator' },
    { from, to: from, cause: 'timeout' },
    { from, to: from, cause: 'operator' },
  ];
}
