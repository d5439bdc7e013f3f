/** The simulated behaviour of a payment method. */
export interface MethodBehaviour {
  /** The logged name. Only names from this list are logged, so that a card number sent by mistake is never stored. */
  readonly method: string;
  readonly declines?: string;
  /** Number of takes per key that fail with 503 before one succeeds. */
  readonly failures?: number;
  /** The take succeeds, and its first answer is late or lost. `never`: nothing is taken, and no answer is sent. */
  readonly answer?: 'late' | 'lost' | 'never';
}

const known: readonly MethodBehaviour[] = [
  { method: 'sim_ok' },
  { method: 'sim_declined', declines: 'card-declined' },
  { method: 'sim_slow', answer: 'late' },
  { method: 'sim_flaky', failures: 2 },
  { method: 'sim_lost', answer: 'lost' },
  { method: 'sim_down', answer: 'never' },
];

const behaviours: ReadonlyMap<string, MethodBehaviour> = new Map(known.map((each) => [each.method, each]));

const unknown: MethodBehaviour = { method: 'unknown', declines: 'unknown-method' };

export const behaviourOf = (method: string): MethodBehaviour => behaviours.get(method) ?? unknown;
