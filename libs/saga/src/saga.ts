import { checkStory } from './check-story.js';
import { isStep, type Story } from './story.js';

export interface Definition<S, R extends string = string> extends Story<S, R> {
  /** Raised with every change of the steps. A saga that runs keeps the version it began with. */
  readonly version: number;
  /** The subject's own id. */
  key(subject: S): string;
  /** The stories of versions that may still be running. */
  readonly older?: Readonly<Record<number, Story<S, R>>>;
}

export interface Saga<S> extends Definition<S> {
  readonly name: string;
}

/**
 * A transaction over several services, told as one story. Steps run one after another; when one is refused, too late, or the
 * whole is cancelled, what was done is undone, newest first, each undo for as long as it takes. Throws a TypeError when the
 * story can't be kept: names or replies that are not unique, a way back that is missing, one after the point of no return.
 */
export function saga<S, R extends string = string>(name: string, definition: Definition<S, R>): Saga<S> {
  const told = { ...definition, name } as unknown as Saga<S>;
  for (const [version, story] of versionsOf(told)) checkStory(`${name} (version ${version})`, story);
  return Object.freeze(told);
}

/** The names of the questions, in their order: what a test walks through. */
export const stepNames = <S>(definition: Saga<S>): string[] => definition.steps.filter(isStep).map((step) => step.name);

export const sagaId = (name: string, key: string): string => `${name}:${key}`;

const versionsOf = <S>(definition: Saga<S>): [number, Story<S>][] => [
  [definition.version, definition],
  ...Object.entries(definition.older ?? {}).map(([version, story]): [number, Story<S>] => [Number(version), story]),
];

/** The story that a running saga began with. Throws when this program does not know it any more. */
export function storyOf<S>(definition: Saga<S>, version: number): Story<S> {
  const found = versionsOf(definition).find(([known]) => known === version);
  if (found) return found[1];
  const known = versionsOf(definition).map(([each]) => each);
  throw new Error(
    `${definition.name}: a saga of version ${version} is running, and only ${known.join(', ')} can be told: keep its steps under "older" until it has ended`,
  );
}
