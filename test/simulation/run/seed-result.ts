import type { Violation } from '../check/final-state.js';

/** The result of one seed. Plain data: a worker sends it to the command. */
export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Hash of every event of the run: equal for two runs of one seed. */
  readonly traceHash: string;
  readonly orders: number;
  readonly confirmed: number;
  readonly messages: number;
  /** Inbox marks that were pruned during the run. */
  readonly prunedMarks: number;
  readonly events: number;
  /** Virtual time of the run. */
  readonly virtualSeconds: number;
  /** Number of injected faults by kind. */
  readonly faults: Readonly<Record<string, number>>;
}

/** The sum of many results. */
export interface Totals {
  readonly seeds: number;
  readonly orders: number;
  readonly confirmed: number;
  readonly messages: number;
  readonly prunedMarks: number;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failed: readonly SeedResult[];
}

export const noTotals: Totals = {
  seeds: 0,
  orders: 0,
  confirmed: 0,
  messages: 0,
  prunedMarks: 0,
  events: 0,
  virtualSeconds: 0,
  faults: {},
  failed: [],
};

export function addTo(totals: Totals, result: SeedResult): Totals {
  const faults = { ...totals.faults };
  for (const [kind, count] of Object.entries(result.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  return {
    seeds: totals.seeds + 1,
    orders: totals.orders + result.orders,
    confirmed: totals.confirmed + result.confirmed,
    messages: totals.messages + result.messages,
    prunedMarks: totals.prunedMarks + result.prunedMarks,
    events: totals.events + result.events,
    virtualSeconds: totals.virtualSeconds + result.virtualSeconds,
    faults,
    failed: result.violations.length > 0 ? [...totals.failed, result] : totals.failed,
  };
}
