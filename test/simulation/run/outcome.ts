import type { Violation } from '../check/facts.js';

/** What came of one seed. Plain data: it is sent from a worker to the command. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Of every event of the run: two runs of one seed agree in it. */
  readonly traceHash: string;
  readonly orders: number;
  readonly confirmed: number;
  readonly messages: number;
  readonly events: number;
  /** How much time went by in the simulation. */
  readonly virtualSeconds: number;
  /** Faults by their kind, as often as they struck. */
  readonly struck: Readonly<Record<string, number>>;
}

/** What came of many. */
export interface Tally {
  readonly seeds: number;
  readonly orders: number;
  readonly confirmed: number;
  readonly messages: number;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly struck: Readonly<Record<string, number>>;
  readonly failed: readonly Outcome[];
}

export const emptyTally: Tally = {
  seeds: 0,
  orders: 0,
  confirmed: 0,
  messages: 0,
  events: 0,
  virtualSeconds: 0,
  struck: {},
  failed: [],
};

export function counted(tally: Tally, outcome: Outcome): Tally {
  const struck = { ...tally.struck };
  for (const [kind, times] of Object.entries(outcome.struck)) struck[kind] = (struck[kind] ?? 0) + times;
  return {
    seeds: tally.seeds + 1,
    orders: tally.orders + outcome.orders,
    confirmed: tally.confirmed + outcome.confirmed,
    messages: tally.messages + outcome.messages,
    events: tally.events + outcome.events,
    virtualSeconds: tally.virtualSeconds + outcome.virtualSeconds,
    struck,
    failed: outcome.violations.length > 0 ? [...tally.failed, outcome] : tally.failed,
  };
}
