/** A line of a saga's journal. */
export interface Observed {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** An operator has said that the step was seen to by hand. */
  readonly skipped: boolean;
}

/** A saga as its row has it, and everything that its journal tells, in no order. */
export interface SagaStory {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: string;
  readonly step: string | null;
  readonly journal: readonly Observed[];
}

const ended = new Set(['completed', 'failed']);
export const standsAt = ({ status, step }: SagaStory): string =>
  ended.has(status) ? status : `${status === 'undoing' ? 'undoing' : 'asking'} ${step ?? ''}`;

/** Lines of one moment have no order, and clocks may disagree: that there is one way through all of them is what counts. */
export function chainFault(journal: readonly Observed[], end: string): string | undefined {
  const balance = new Map<string, number>([
    ['not started', 0],
    [end, 0],
  ]);
  const next = new Map<string, string[]>();
  for (const { from, to } of journal) {
    balance.set(from, (balance.get(from) ?? 0) + 1);
    balance.set(to, (balance.get(to) ?? 0) - 1);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const wanted = (position: string): number => (position === 'not started' ? 1 : position === end ? -1 : 0);
  const broken = [...balance].find(([position, difference]) => difference !== wanted(position));
  if (broken) return `its journal is no way from its beginning to "${end}": it breaks at "${broken[0]}"`;
  const reached = new Set(['not started']);
  for (const position of reached) for (const to of next.get(position) ?? []) reached.add(to);
  const apart = [...next.keys()].find((position) => !reached.has(position));
  return apart === undefined ? undefined : `its journal is in two pieces: nothing leads to "${apart}"`;
}
