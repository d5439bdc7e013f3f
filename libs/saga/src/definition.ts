import type { Duration } from './duration.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** The message class of a reply. */
export type ReplyClass = new () => object;

/**
 * One command to one participant, its replies and its compensation. Both `command` and `compensation` may be published more
 * than once, so the participant must accept repeats. It must also accept a compensation before the command, and then never
 * execute that command.
 */
export interface Step<S, R extends FailureReason = string> {
  readonly name: string;
  command(subject: S): OutgoingMessage;
  readonly success: ReplyClass;
  /** The participant rejected the command. It changed nothing, so this step needs no compensation. */
  readonly failure?: ReplyClass;
  /** The business reason of a failure: what `onFailed` needs of the reply. Kept in the state of the saga. */
  failureReason?(reply: object): R;
  /**
   * What a reply to this step says that was not asked for, as sentences: another amount, other lines. Such a reply is not applied; its
   * message becomes a dead letter with these sentences. Called with replies that the saga waits for only.
   */
  mismatches?(subject: S, reply: object): readonly string[];
  compensation?(subject: S): OutgoingMessage;
  readonly compensated?: ReplyClass;
  /** Longest time until the reply, measured from the moment the command is on its topic. */
  readonly timeout: Duration;
  /** Repeats of the command after a timeout, before the saga compensates. Default 0. After the point of no return always `forever`. */
  readonly retries?: number | 'forever';
}

/** A decision of the saga's own service, made in the transaction of the preceding reply. Nothing is compensated after it. */
export interface PointOfNoReturn<S> {
  readonly name: string;
  readonly decide: (subject: S, now: Date) => Outcome<S>;
}

export const pointOfNoReturn = <S>(
  name: string,
  decide: (subject: S, now: Date) => Outcome<S>,
): PointOfNoReturn<S> => ({ name, decide });

/** The new state of the subject and the messages to publish. */
export interface Outcome<S> {
  readonly subject: S;
  readonly messages: readonly OutgoingMessage[];
}

/** A business reason: a text, or an object with details that can be JSON. */
export type FailureReason = string | object;

/** Why a saga compensates. The first reason is kept. */
export type Failure<R extends FailureReason = FailureReason> =
  | { readonly kind: 'failed'; readonly step: string; readonly reason: R }
  | { readonly kind: 'timed-out'; readonly step: string }
  | { readonly kind: 'cancelled' };

/** An entry of a definition: a step, or the point of no return. */
export type Entry<S, R extends FailureReason = string> = Step<S, R> | PointOfNoReturn<S>;

/** The steps of a saga in their order, and what happens to its subject at the end. */
export interface Definition<S, R extends FailureReason = string> {
  readonly steps: readonly Entry<S, R>[];
  /** A cancellation was accepted. Applied before the first compensation. */
  onCancel?(subject: S, now: Date): Outcome<S>;
  /** Everything is compensated. Not needed where the point of no return comes first, because such a saga cannot fail. */
  onFailed?(subject: S, failure: Failure<R>, now: Date): Outcome<S>;
  onCompleted?(subject: S, now: Date): Outcome<S>;
}

export const isStep = <S>(entry: Entry<S>): entry is Step<S> => 'command' in entry;

/** The replies to the command and to the compensation of a step. */
export const repliesOf = <S>({ success, failure, compensated }: Step<S>): ReplyClass[] =>
  [success, failure, compensated].filter((reply) => reply !== undefined);
