import type { Failure } from './definition.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** The state of a saga instance. JSON; it names steps, so it survives a deploy. */
export interface SagaState {
  /** `<saga>:<key of the subject>` */
  readonly id: string;
  readonly saga: string;
  readonly key: string;
  /** The version of the definition with which the instance started. */
  readonly version: number;
  readonly status: 'running' | 'compensating' | 'completed' | 'failed';
  /** Steps that succeeded and points of no return that were passed, oldest first. */
  readonly done: readonly string[];
  /** Steps still to be compensated, newest first. The first one is in progress. */
  readonly toCompensate: readonly string[];
  /** The step that is executed or compensated; null when the saga is over. */
  readonly step: string | null;
  /** How often the present command was published, from 1. */
  readonly attempt: number;
  readonly failure: Failure | null;
  /** Too many attempts without a reply: an operator should intervene. The saga continues to retry. */
  readonly stuck: boolean;
  readonly startedAt: string;
  readonly changedAt: string;
}

/** What can happen to a saga. Input that the saga does not wait for changes nothing. */
export type Input =
  | { readonly kind: 'start' }
  | { readonly kind: 'reply'; readonly message: object }
  | { readonly kind: 'timeout'; readonly name: string }
  /** Accepted only before the point of no return. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'operator'; readonly action: OperatorAction; readonly reason: string };

/**
 * `retry`: publish the present command again. `expire`: act as if the last timeout of the step had passed. `skip`: continue as
 * if the reply had arrived; only for a command that is retried forever (a compensation, a step after the point of no return).
 */
export type OperatorAction = 'retry' | 'expire' | 'skip';

/** One entry of the history. */
export interface Transition {
  readonly from: Position;
  readonly to: Position;
  readonly cause: Input['kind'];
  /** The class of the reply, the name of the timeout or the operator's reason. */
  readonly detail: string | null;
}

/** Where an instance is: in which step, or how it has ended. */
export type Position =
  'not started' | `executing ${string}` | `passed ${string}` | `compensating ${string}` | 'completed' | 'failed';

/** Runs from the moment the command is on its topic. Needs no cancelling: an old timeout changes nothing. */
export interface SagaTimeout {
  /** Unique within the saga: position and attempt. */
  readonly name: string;
  readonly milliseconds: number;
  readonly command: OutgoingMessage;
}

/** The result of an input. Save and publish all of it in one transaction. */
export interface Advance<S> {
  /** The same object as before where nothing changed. */
  readonly state: SagaState;
  readonly subject: S;
  readonly messages: readonly OutgoingMessage[];
  readonly timeouts: readonly SagaTimeout[];
  /** Empty where nothing changed. */
  readonly history: readonly Transition[];
}

export const isOver = (state: SagaState): boolean => state.status === 'completed' || state.status === 'failed';

export const positionOf = (state: SagaState): Position => {
  if (state.status === 'running') return `executing ${state.step}`;
  return state.status === 'compensating' ? `compensating ${state.step}` : state.status;
};

export const timeoutName = (state: SagaState): string => `${positionOf(state)}, attempt ${state.attempt}`;
