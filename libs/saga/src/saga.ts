import { checkDefinition } from './check-definition.js';
import { isStep, repliesOf, type Definition, type FailureReason, type ReplyClass } from './definition.js';

/** The table of a saga's subjects, for example the orders of `place-order`. A table of @tradewind/messaging is one. */
export interface Subjects<S> {
  readonly name: string;
  /** The key of a subject as a text, which is also the key of its saga. */
  keyOf(subject: S): string;
}

export interface VersionedDefinition<S, R extends FailureReason = string> extends Definition<S, R> {
  /** Default 1. Raise it with every change of the steps. A running instance keeps the version with which it started. */
  readonly version?: number;
  /** The key of the subject that a reply belongs to. Default: the reply has the properties of the subject's key. */
  keyOfReply?(reply: object): string;
  /** Definitions of older versions that may still have running instances. */
  readonly older?: Readonly<Record<number, Definition<S, R>>>;
}

export interface Saga<S> extends VersionedDefinition<S> {
  readonly name: string;
  readonly version: number;
  readonly subjects: Subjects<S>;
}

/**
 * Defines a transaction over several services. Steps run one after another. When a step fails, times out, or the saga is
 * cancelled, the completed steps are compensated, newest first; each compensation is retried until it succeeds. Throws a
 * TypeError on an invalid definition: names or reply classes that are not unique, a compensation without its reply, a
 * compensation after the point of no return.
 */
export function defineSaga<S, R extends FailureReason = string>(
  name: string,
  subjects: Subjects<S>,
  definition: VersionedDefinition<S, R>,
): Saga<S> {
  const saga = { version: 1, ...definition, name, subjects } as unknown as Saga<S>;
  for (const [version, each] of definitionsOf(saga)) checkDefinition(`${name} (version ${version})`, each);
  return Object.freeze(saga);
}

/** The names of the steps in their order, without the point of no return. */
export const stepNames = <S>(definition: Saga<S>): string[] => definition.steps.filter(isStep).map((step) => step.name);

export const sagaId = (name: string, key: string): string => `${name}:${key}`;

const definitionsOf = <S>(saga: Saga<S>): [number, Definition<S>][] => [
  [saga.version, saga],
  ...Object.entries(saga.older ?? {}).map(([version, each]): [number, Definition<S>] => [Number(version), each]),
];

/** The definition with which a running instance started. Throws when this program does not have it any more. */
export function definitionOf<S>(saga: Saga<S>, version: number): Definition<S> {
  const found = definitionsOf(saga).find(([known]) => known === version);
  if (found) return found[1];
  const known = definitionsOf(saga).map(([each]) => each);
  throw new Error(
    `${saga.name}: an instance of version ${version} is running, and only ${known.join(', ')} are defined: keep its steps under "older" until it has ended`,
  );
}

/** The reply classes of all versions. */
export const replyClassesOf = <S>(saga: Saga<S>): ReplyClass[] => [
  ...new Set(definitionsOf(saga).flatMap(([, { steps }]) => steps.filter(isStep).flatMap(repliesOf))),
];

/** The key of the subject that a reply belongs to. */
export const keyOfReply = <S>(saga: Saga<S>, reply: object): string =>
  saga.keyOfReply?.(reply) ?? saga.subjects.keyOf(reply as S);
