import type { Shop } from '../../tools/platform/shop/shop.js';

/** What a scenario finds in place: a shop under load. */
export interface Stage {
  readonly shop: Shop;
  /** Scenarios and the load draw from it, so that a run can be repeated. */
  readonly seed: number;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
  /** Proof that the fault was there: counted, and printed with the result. A scenario without a hit has failed. */
  hit(what: string): void;
}

/** What came of one fault. Everything but `hits`, `orders` and `recoverySeconds` must be empty or nought. */
export interface Result {
  readonly fault: string;
  readonly hits: number;
  readonly orders: number;
  /** Accepted, and not there or not told. */
  readonly lost: number;
  /** There twice, taken twice, said twice. */
  readonly doubled: number;
  /** Without its outcome after the time that it may take. */
  readonly stuck: number;
  /** From the end of the last fault until everything was at rest. */
  readonly recoverySeconds: number;
  readonly violations: readonly string[];
}
