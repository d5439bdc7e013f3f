import { isStep } from './definition.js';
import { definitionOf, type Saga } from './saga.js';
import { isOver, type SagaState } from './state.js';

/** What a reply says that its step did not ask for; empty for a reply that the saga does not wait for, because `advance` ignores it. */
export function mismatchesOf<S>(saga: Saga<S>, state: SagaState, subject: S, reply: object): readonly string[] {
  if (isOver(state)) return [];
  const step = definitionOf(saga, state.version)
    .steps.filter(isStep)
    .find(({ name }) => name === state.step);
  const awaited = state.status === 'compensating' ? [step?.compensated] : [step?.success, step?.failure];
  return awaited.some((cls) => cls && reply instanceof cls) ? (step?.mismatches?.(subject, reply) ?? []) : [];
}
