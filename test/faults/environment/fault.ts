import type { LayoutName } from './layouts.js';
import type { ScenarioContext } from './scenario-context.js';

/** One fault, and how it is injected while a shop trades. */
export interface Fault {
  /** `F06` */
  readonly id: string;
  readonly title: string;
  /** The shop that it runs on. Faults of one layout share a shop, one after another. */
  readonly layout: LayoutName;
  /** It leaves traces that later faults would be blamed for, so it runs last on its shop. */
  readonly last?: true;
  /** The shop cannot start again after it and is audited as it is. */
  readonly endsShop?: true;
  /** Patterns of violations that the fault itself causes: expected, and each must be found. */
  readonly leaves?: readonly RegExp[];
  /** The same, for violations that are expected but need not be found: a short run may not cause them. */
  readonly mayLeave?: readonly RegExp[];
  /** Milliseconds between two orders of a buyer while it runs; default 0. */
  readonly pace?: number;
  /** Injects the fault. Throws when something is wrong that only the scenario can know; everything else is left to the audit. */
  run(context: ScenarioContext): Promise<void>;
}

/** The result of one fault. A fault that was never injected proves nothing and counts as a violation. */
export interface Result {
  readonly fault: string;
  readonly title: string;
  /** How often each kind of fault was injected. */
  readonly injections: Readonly<Record<string, number>>;
  /** Orders accepted while it ran. */
  readonly orders: number;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  /** Records that were delivered more than once. */
  readonly repeats: number;
  /** How often the invariants that always hold were checked. */
  readonly checks: number;
  /** From the last injection until the shop was idle. */
  readonly recoverySeconds: number;
  readonly violations: readonly string[];
  /** What the scenario measured. */
  readonly notes: readonly string[];
}
