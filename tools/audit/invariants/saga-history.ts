/** A transition of a saga, from its history. */
export interface ObservedTransition {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** An operator skipped the step. */
  readonly skipped: boolean;
}

/** A saga's row, and all its transitions in any order. */
export interface SagaHistory {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: string;
  readonly step: string | null;
  readonly transitions: readonly ObservedTransition[];
}

/** Whether a saga has not ended. */
export const isOpen = (status: string): boolean => status === 'running' || status === 'compensating';

const ended = new Set(['completed', 'failed']);
/** The state in a saga's row. */
export const stateOf = ({ status, step }: SagaHistory): string =>
  ended.has(status) ? status : `${status === 'compensating' ? 'compensating' : 'executing'} ${step ?? ''}`;

/**
 * Whether one path goes through all transitions from the beginning to `end`; if not, what is wrong. Their times do not order them:
 * transitions of one transaction have the same time, and clocks differ.
 */
export function historyFault(transitions: readonly ObservedTransition[], end: string): string | undefined {
  const balance = new Map<string, number>([
    ['not started', 0],
    [end, 0],
  ]);
  const next = new Map<string, string[]>();
  for (const { from, to } of transitions) {
    balance.set(from, (balance.get(from) ?? 0) + 1);
    balance.set(to, (balance.get(to) ?? 0) - 1);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const expected = (state: string): number => (state === 'not started' ? 1 : state === end ? -1 : 0);
  const broken = [...balance].find(([state, difference]) => difference !== expected(state));
  if (broken) return `its history is no path from its beginning to "${end}": it breaks at "${broken[0]}"`;
  const reached = new Set(['not started']);
  for (const state of reached) for (const to of next.get(state) ?? []) reached.add(to);
  const apart = [...next.keys()].find((state) => !reached.has(state));
  return apart === undefined ? undefined : `its history is in two parts: nothing leads to "${apart}"`;
}
