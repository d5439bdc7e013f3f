import type { Said } from './said.js';
import type { Failure } from './story.js';

/** Where a saga stands. JSON, and steps by their names, so that it outlives a deploy. */
export interface SagaState {
  /** `<saga>:<key of the subject>` */
  readonly id: string;
  readonly saga: string;
  readonly key: string;
  /** The version of the definition that it began with. */
  readonly version: number;
  readonly status: 'running' | 'undoing' | 'completed' | 'failed';
  /** Steps that were answered and points that were passed, oldest first. */
  readonly done: readonly string[];
  /** Steps that are still to be undone, newest first: the first one is being undone. */
  readonly toUndo: readonly string[];
  /** The step that is being asked or undone; null when the saga is over. */
  readonly step: string | null;
  /** How often that was said, counted from 1. */
  readonly attempt: number;
  readonly failure: Failure | null;
  /** It has been said too often without an answer: somebody should look. */
  readonly alarmed: boolean;
  readonly startedAt: string;
  readonly changedAt: string;
}

/** What may happen to a saga. Anything that it does not wait for changes nothing. */
export type Input =
  | { readonly kind: 'start' }
  | { readonly kind: 'reply'; readonly message: object }
  | { readonly kind: 'deadline'; readonly name: string }
  /** Somebody wants out. Heard only before the point of no return. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'operator'; readonly action: OperatorAction; readonly reason: string };

/**
 * `retry`: say the present command again now. `push`: as if its time had run out for the last time. `skip`: it was seen to
 * by hand, go on as if it had been answered; only where the saga would wait for ever (an undo, a step after the point of no return).
 */
export type OperatorAction = 'retry' | 'push' | 'skip';

/** A line of the journal: from where to where, and why. */
export interface Transition {
  readonly from: Position;
  readonly to: Position;
  readonly cause: Input['kind'];
  /** The reply's class, the deadline's name, the operator's reason. */
  readonly detail: string | null;
}

export type Position =
  'not started' | `asking ${string}` | `passed ${string}` | `undoing ${string}` | 'completed' | 'failed';

/** Runs from the moment the command is on its topic. A deadline needs no cancelling: the state decides whether it still counts. */
export interface SagaDeadline {
  /** Unique within the saga: step, ask or undo, attempt. */
  readonly name: string;
  readonly milliseconds: number;
  readonly command: Said;
}

/** What an input has changed: everything is to be kept and said in one transaction. */
export interface Advance<S> {
  /** The very object that was handed in where nothing has changed. */
  readonly state: SagaState;
  readonly subject: S;
  readonly say: readonly Said[];
  readonly deadlines: readonly SagaDeadline[];
  /** Empty where nothing has changed. */
  readonly journal: readonly Transition[];
}

export const isOver = (state: SagaState): boolean => state.status === 'completed' || state.status === 'failed';

export const positionOf = (state: SagaState): Position => {
  if (state.status === 'running') return `asking ${state.step}`;
  return state.status === 'undoing' ? `undoing ${state.step}` : state.status;
};

export const deadlineName = (state: SagaState): string => `${positionOf(state)}, attempt ${state.attempt}`;
