import { isStep, repliesOf, type Definition } from './definition.js';
import { milliseconds } from './duration.js';

const duplicates = <T>(list: readonly T[]): T[] => list.filter((each, at) => list.indexOf(each) !== at);

function* violationsOf<S>({ steps, onFailed }: Definition<S>): Generator<string> {
  if (steps.length === 0) yield 'it has no steps';
  for (const name of duplicates(steps.map((entry) => entry.name))) yield `two steps are called "${name}"`;
  // A late reply must not be taken for the reply to another command.
  for (const { name } of duplicates(steps.filter(isStep).flatMap(repliesOf)))
    yield `${name} is the reply to two commands`;
  const point = steps.findIndex((entry) => !isStep(entry));
  if (steps.some((entry, at) => at > point && point >= 0 && !isStep(entry))) yield 'it has two points of no return';
  if (point !== 0 && !onFailed) yield 'it can fail and has no onFailed';
  for (const [at, step] of steps.entries()) {
    if (!isStep(step)) continue;
    const here = `"${step.name}"`;
    try {
      milliseconds(step.timeout);
    } catch (error) {
      yield `${here}: ${(error as Error).message}`;
    }
    if (Boolean(step.compensation) !== Boolean(step.compensated))
      yield `${here} needs both compensation and compensated, or neither`;
    if (Boolean(step.failure) !== Boolean(step.failureReason))
      yield `${here} needs both failure and failureReason, or neither`;
    if (point >= 0 && at > point && (step.compensation || step.failure))
      yield `${here} comes after the point of no return: it can have neither failure nor compensation`;
    if (point >= 0 && at > point && typeof step.retries === 'number')
      yield `${here} comes after the point of no return: it is always retried forever`;
    if (typeof step.retries === 'number' && (!Number.isInteger(step.retries) || step.retries < 0))
      yield `${here} has ${step.retries} retries`;
  }
}

/** Throws a TypeError that lists everything wrong with a definition. */
export function checkDefinition<S>(name: string, definition: Definition<S>): void {
  const violations = [...violationsOf(definition)];
  if (violations.length > 0) throw new TypeError(`the saga ${name} is invalid: ${violations.join('; ')}`);
}
