import { isStep, type Definition, type OutgoingMessage, type Step } from '@tradewind/saga';
import { messageInfo, type MessageClass } from '../message/index.js';
import type { AnySaga } from '../sagas/saga-decisions.js';
import { anything } from './anything.js';
import type { SagaDescription, StepDescription } from './service-description.js';

const typeOf = (cls: MessageClass): string => messageInfo(cls).type;

/** Each version of a saga, the current one first. */
export function describeSaga(saga: AnySaga): SagaDescription[] {
  const older = Object.entries(saga.older ?? {}) as [string, Definition<unknown>][];
  return [
    describeVersion(saga, saga.version, saga),
    ...older.map(([version, definition]) => describeVersion(saga, Number(version), definition)),
  ];
}

function describeVersion(
  { name, subjects, version: current }: AnySaga,
  version: number,
  { steps, onCancel }: Definition<unknown>,
): SagaDescription {
  const point = steps.findIndex((entry) => !isStep(entry));
  return {
    name,
    version,
    current: version === current,
    subjects: subjects.name,
    steps: steps.map((entry, at) =>
      isStep(entry)
        ? describeStep(entry, point >= 0 && at > point)
        : { name: entry.name, kind: 'point of no return' as const },
    ),
    canBeCancelled: onCancel !== undefined,
  };
}

const describeStep = (step: Step<unknown>, isAfterPoint: boolean): StepDescription => ({
  name: step.name,
  kind: 'step',
  command: typeOfMade((subject) => step.command(subject)),
  success: typeOf(step.success),
  ...(step.failure && { failure: typeOf(step.failure) }),
  ...(step.compensation && { compensation: typeOfMade((subject) => step.compensation?.(subject)) }),
  ...(step.compensated && { compensated: typeOf(step.compensated) }),
  timeout: step.timeout,
  retries: isAfterPoint ? 'forever' : (step.retries ?? 0),
});

/** A definition makes its messages from a subject. */
function typeOfMade(make: (subject: unknown) => OutgoingMessage | undefined): string | null {
  try {
    const made = make(anything);
    return made ? typeOf(made.cls) : null;
  } catch {
    return null; // The description says that it is not known.
  }
}
