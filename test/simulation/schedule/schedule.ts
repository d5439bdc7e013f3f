import type { ServiceName } from '../shop/services.js';

/** Everything that a run is made of besides the order in which things happen. Times are virtual milliseconds from the opening of the shop. */
export interface Schedule {
  readonly seed: number;
  readonly products: readonly ProductPlan[];
  readonly buyers: number;
  readonly purchases: readonly Purchase[];
  readonly chores: readonly Chore[];
  /** Processes of each service. */
  readonly processes: Readonly<Record<ServiceName, number>>;
  readonly faults: readonly Fault[];
  readonly odds: Odds;
  /** Until when things go wrong. */
  readonly stormEnds: number;
}

export interface ProductPlan {
  readonly sku: string;
  readonly price: number;
  readonly stock: number;
}

export interface PlannedLine {
  /** The place in the schedule's products. */
  readonly product: number;
  readonly quantity: number;
}

/** Somebody buys: with an order of their own or by way of their cart, and comes back to it later. */
export interface Purchase {
  readonly at: number;
  readonly through: 'order' | 'cart';
  readonly buyer: number;
  readonly lines: readonly PlannedLine[];
  readonly method: string;
  /** How often they ask again, with the same key, when no answer comes. */
  readonly retries: number;
  /** Whether the first request is sent twice at once. */
  readonly doubled: boolean;
  /** What they do once they know the order's id. */
  readonly afterwards: readonly Afterwards[];
}

export type Afterwards =
  | { readonly what: 'cancel'; readonly after: number }
  | { readonly what: 'change address'; readonly after: number }
  /** The shop gives part of the money back. */
  | { readonly what: 'goodwill'; readonly after: number; readonly amount: number }
  /** The provider lets the shop know that the take came to something. */
  | { readonly what: 'notice'; readonly after: number };

/** What the shop itself does meanwhile. */
export type Chore =
  | { readonly what: 'adjust stock'; readonly at: number; readonly product: number; readonly delta: number }
  | { readonly what: 'reprice'; readonly at: number; readonly product: number; readonly price: number };

/** Something that happens to one process, one database or the broker, for a while. */
export type Fault =
  | {
      readonly what: 'crash' | 'pause' | 'replace';
      readonly at: number;
      readonly service: ServiceName;
      readonly process: number;
      readonly for: number;
    }
  | { readonly what: 'database away'; readonly at: number; readonly service: ServiceName; readonly for: number }
  | { readonly what: 'broker away'; readonly at: number; readonly for: number };

/** How often a single call goes wrong while the storm lasts, each between 0 and 1. */
export interface Odds {
  /** Rejected, and nothing has happened. */
  readonly refusedCall: number;
  /** Done, and the answer is lost. */
  readonly lostAnswer: number;
  /** The process dies just before or just after the call. */
  readonly crash: number;
  /** The call takes long. */
  readonly slow: number;
  /** The broker delivers records again. */
  readonly redelivery: number;
  /** The provider's answer, or the request itself, is lost or late. */
  readonly provider: number;
}
