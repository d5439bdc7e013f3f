import { milliseconds } from './duration.js';
import { isStep, type ReplyClass, type Step, type Story } from './story.js';

const twins = <T>(list: readonly T[]): T[] => list.filter((each, at) => list.indexOf(each) !== at);

const repliesOf = <S>({ done, refused, undone }: Step<S>): ReplyClass[] =>
  [done, refused, undone].filter((reply) => reply !== undefined);

function* faultsOf<S>({ steps, onFailed }: Story<S>): Generator<string> {
  if (steps.length === 0) yield 'it has no steps';
  for (const twin of twins(steps.map((entry) => entry.name))) yield `two steps are called "${twin}"`;
  // a late reply must not be taken for the answer to another question
  for (const twin of twins(steps.filter(isStep).flatMap(repliesOf))) yield `${twin.name} answers two questions`;
  const point = steps.findIndex((entry) => !isStep(entry));
  if (steps.some((entry, at) => at > point && point >= 0 && !isStep(entry))) yield 'it has two points of no return';
  if (point !== 0 && !onFailed) yield 'it can fail, and nothing says what then becomes of its subject (onFailed)';
  for (const [at, step] of steps.entries()) {
    if (!isStep(step)) continue;
    milliseconds(step.within);
    const here = `"${step.name}"`;
    if (Boolean(step.undo) !== Boolean(step.undone))
      yield `${here} has an undo without its answer, or an answer without its undo`;
    if (Boolean(step.refused) !== Boolean(step.because))
      yield `${here} must say both what its refusal is and what it means (refused, because)`;
    if (point >= 0 && at > point && (step.undo || step.refused))
      yield `${here} comes after the point of no return: it can be neither refused nor undone`;
    if (point >= 0 && at > point && typeof step.retries === 'number')
      yield `${here} comes after the point of no return: it is retried for ever`;
    if (typeof step.retries === 'number' && (!Number.isInteger(step.retries) || step.retries < 0))
      yield `${here} is to be retried ${step.retries} times`;
  }
}

/** Throws a TypeError that names everything in a story that can't be kept. */
export function checkStory<S>(name: string, story: Story<S>): void {
  const faults = [...faultsOf(story)];
  if (faults.length > 0) throw new TypeError(`the saga ${name} can't be told: ${faults.join('; ')}`);
}
