import type { LayoutName } from './layouts.js';
import type { Stage } from './stage.js';

/** One thing that may go wrong, and how it is brought about while a shop trades. */
export interface Fault {
  /** `F06` */
  readonly id: string;
  readonly title: string;
  /** What shop it is played on. Faults of one layout share a shop, one after another. */
  readonly layout: LayoutName;
  /** It leaves traces that later faults would be blamed for, so it is played last on its shop. */
  readonly last?: true;
  /** The shop can't start again after it: it is audited as it stands. */
  readonly endsShop?: true;
  /** What the audit says of the trace that the fault itself leaves: patterns of violations that are expected, and must be seen. */
  readonly leaves?: readonly RegExp[];
  /** The same for a trace that is left only where enough of it is played. */
  readonly mayLeave?: readonly RegExp[];
  /** Milliseconds between two orders of a buyer while it is played; default none. */
  readonly pace?: number;
  /** Brings it about. Throws when something does not hold that only it can know; the audit decides everything else. */
  play(stage: Stage): Promise<void>;
}

/** What came of one fault. A fault that was never hit proves nothing, and counts as a violation. */
export interface Result {
  readonly fault: string;
  readonly title: string;
  /** How often each kind of blow was dealt. */
  readonly hits: Readonly<Record<string, number>>;
  /** Accepted while it was played. */
  readonly orders: number;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  /** Records that came again, and looks at what must hold always. */
  readonly repeats: number;
  readonly looks: number;
  /** From the last blow until everything was at rest. */
  readonly recoverySeconds: number;
  readonly violations: readonly string[];
  /** What the scenario measured, in words. */
  readonly notes: readonly string[];
}
