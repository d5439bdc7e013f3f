import { storyOf, type Saga } from './saga.js';
import type { Position, Transition } from './state.js';
import { isStep, type Entry, type Step } from './story.js';

export type Declared = Pick<Transition, 'from' | 'to' | 'cause'>;

/**
 * Every line that the journal of such a saga may ever show, read from the story alone and not from the engine: whatever
 * else is observed is a fault.
 */
export function declaredTransitions<S>(definition: Saga<S>, version = definition.version): Declared[] {
  const { steps } = storyOf(definition, version);
  const point = steps.findIndex((entry) => !isStep(entry));
  const all: Declared[] = [...entering(steps, 0, 'not started', 'start')];
  for (const [at, step] of steps.entries()) {
    if (isStep(step))
      all.push(...whileAsking(steps, at, step, point >= 0 && at > point), ...whileUndoing(steps, at, step));
  }
  return all;
}

/** Where a saga goes once everything before `at` is done: past a point of no return in the same breath. */
function entering<S>(steps: readonly Entry<S>[], at: number, from: Position, cause: Declared['cause']): Declared[] {
  const entry = steps[at];
  if (!entry) return [{ from, to: 'completed', cause }];
  if (isStep(entry)) return [{ from, to: `asking ${entry.name}`, cause }];
  return [{ from, to: `passed ${entry.name}`, cause }, ...entering(steps, at + 1, `passed ${entry.name}`, cause)];
}

/** The newest step before `end` that has a way back, or the end of all. */
const undoingBefore = <S>(steps: readonly Entry<S>[], end: number): Position => {
  const newest = steps.slice(0, end).findLast((entry) => isStep(entry) && entry.undo);
  return newest ? `undoing ${newest.name}` : 'failed';
};

function whileAsking<S>(steps: readonly Entry<S>[], at: number, step: Step<S>, pastThePoint: boolean): Declared[] {
  const from: Position = `asking ${step.name}`;
  const next = entering(steps, at + 1, from, 'reply');
  const again: Declared[] = [{ from, to: from, cause: 'operator' }];
  if (pastThePoint || step.retries) again.push({ from, to: from, cause: 'deadline' });
  if (pastThePoint) return [...next, ...again, ...entering(steps, at + 1, from, 'operator')];
  const back = undoingBefore(steps, at + 1);
  const failing: Declared[] = [
    { from, to: back, cause: 'cancel' },
    { from, to: back, cause: 'operator' },
  ];
  if (step.retries !== 'for ever') failing.push({ from, to: back, cause: 'deadline' });
  if (step.refused) failing.push({ from, to: undoingBefore(steps, at), cause: 'reply' });
  return [...next, ...again, ...failing];
}

function whileUndoing<S>(steps: readonly Entry<S>[], at: number, step: Step<S>): Declared[] {
  if (!step.undo) return [];
  const from: Position = `undoing ${step.name}`;
  const to = undoingBefore(steps, at);
  return [
    { from, to, cause: 'reply' },
    { from, to, cause: 'operator' },
    { from, to: from, cause: 'deadline' },
    { from, to: from, cause: 'operator' },
  ];
}
