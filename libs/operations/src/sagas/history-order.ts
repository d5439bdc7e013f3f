import type { OfService } from '../databases/databases.js';

/** Something that happened to one subject. */
export interface HistoryEntry {
  readonly at: Date;
  readonly service: string;
  readonly kind: 'message' | 'transition' | 'effect scheduled' | 'effect ended' | 'dead letter' | 'action';
  readonly what: string;
  /** Of a message or an effect its own id, of a transition that of the message that caused it. */
  readonly id: string | null;
  /** The type of a message, the name of an effect, the new state of a saga. */
  readonly name: string | null;
  /** The id of the message that made the service do it. */
  readonly causation: string | null;
  readonly payload?: string | null;
}

export interface Transition {
  readonly at: Date;
  readonly saga: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly cause: string;
}

/** The sagas without their first transition: retention has pruned it, or the beginning of the history was never restored. */
export function withoutBeginning(ids: readonly string[], transitions: readonly Transition[]): string[] {
  const begun = new Set(transitions.filter(({ from }) => from === 'not started').map(({ saga }) => saga));
  return ids.filter((id) => !begun.has(id));
}

/** Transitions of one transaction have the same time: each follows the one that it starts from. */
export function inOrder(transitions: readonly OfService<Transition>[]): HistoryEntry[] {
  const left = [...transitions];
  const states = new Map<string, string>();
  const entries: HistoryEntry[] = [];
  while (left.length > 0) {
    const { saga, at } = left[0]!;
    const state = states.get(saga) ?? 'not started';
    const next = left.findIndex(
      (each) => each.saga === saga && each.at.getTime() === at.getTime() && each.from === state,
    );
    const [transition] = left.splice(Math.max(0, next), 1);
    const { service, from, to, why, cause } = transition!;
    states.set(saga, to);
    const what = `saga ${saga}: ${from} → ${to} (${why})`;
    entries.push({ at, service, kind: 'transition', what, id: cause, name: to, causation: cause });
  }
  return entries;
}
