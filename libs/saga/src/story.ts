import type { Duration } from './duration.js';
import type { Said } from './said.js';

export type ReplyClass = new () => object;

/**
 * One question to one participant and the ways back. `ask` and `undo` may be said again, so both must be harmless when they
 * repeat, and `undo` also when nothing has happened yet and when `ask` arrives after it.
 */
export interface Step<S, R extends string = string> {
  readonly name: string;
  ask(subject: S): Said;
  readonly done: ReplyClass;
  /** The participant says no: nothing has happened there, so this step needs no undo. */
  readonly refused?: ReplyClass;
  /** What a refusal means, in the words of the business. */
  because?(refusal: object): R;
  undo?(subject: S): Said;
  readonly undone?: ReplyClass;
  /** How long an answer may take, from the moment the command is on its topic. */
  readonly within: Duration;
  /** How often the question is put again after a silence, before everything is undone. Default 0; after the point of no return always for ever. */
  readonly retries?: number | 'for ever';
}

/** A decision of the saga's own service, taken in the transaction of the answer before it. Nothing is undone afterwards. */
export interface PointOfNoReturn<S> {
  readonly name: string;
  readonly decide: (subject: S, now: Date) => Outcome<S>;
}

export const pointOfNoReturn = <S>(
  name: string,
  decide: (subject: S, now: Date) => Outcome<S>,
): PointOfNoReturn<S> => ({ name, decide });

/** What becomes of the subject, and what is said of it. */
export interface Outcome<S> {
  readonly subject: S;
  readonly say: readonly Said[];
}

/** Why a saga is undone. The first reason counts. */
export type Failure<R extends string = string> =
  | { readonly because: 'refused'; readonly step: string; readonly reason: R }
  | { readonly because: 'timed out'; readonly step: string }
  | { readonly because: 'cancelled' };

export type Entry<S, R extends string = string> = Step<S, R> | PointOfNoReturn<S>;

/** What is told from top to bottom: the steps, and how it ends. */
export interface Story<S, R extends string = string> {
  readonly steps: readonly Entry<S, R>[];
  /** Somebody wants out and is heard: said and kept before the first undo, so that everybody can see it. */
  onCancel?(subject: S, now: Date): Outcome<S>;
  /** Everything is undone. A story that can't fail (its point of no return comes first) needs none. */
  onFailed?(subject: S, failure: Failure<R>, now: Date): Outcome<S>;
  onCompleted?(subject: S, now: Date): Outcome<S>;
}

export const isStep = <S>(entry: Entry<S>): entry is Step<S> => 'ask' in entry;
