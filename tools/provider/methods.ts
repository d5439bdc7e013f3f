/** How the outside world behaves towards one method of payment. */
export interface Manner {
  /** The name that is written down: only names from this list, so that a card number sent by mistake is kept nowhere. */
  readonly method: string;
  readonly declines?: string;
  /** So many takes of a key fail with 503 before one is let through. */
  readonly failures?: number;
  /** The take succeeds, then its first answer comes late or not at all. `never`: nothing is taken either. */
  readonly answer?: 'late' | 'lost' | 'never';
}

const known: readonly Manner[] = [
  { method: 'sim_ok' },
  { method: 'sim_declined', declines: 'card-declined' },
  { method: 'sim_slow', answer: 'late' },
  { method: 'sim_flaky', failures: 2 },
  { method: 'sim_lost', answer: 'lost' },
  { method: 'sim_down', answer: 'never' },
];

const manners: ReadonlyMap<string, Manner> = new Map(known.map((manner) => [manner.method, manner]));

const unknown: Manner = { method: 'unknown', declines: 'unknown-method' };

export const mannerOf = (method: string): Manner => manners.get(method) ?? unknown;
