import type { SimulatedService } from './simulated-services.js';

/** The input of a run: everything except the order of events. Times are virtual milliseconds since the shop is ready. */
export interface Scenario {
  readonly seed: number;
  readonly products: readonly ProductPlan[];
  readonly buyers: number;
  readonly purchases: readonly Purchase[];
  readonly adminActions: readonly AdminAction[];
  /** Number of processes of each service. */
  readonly processes: Readonly<Record<SimulatedService, number>>;
  readonly faults: readonly Fault[];
  readonly probabilities: FaultProbabilities;
  /** Until when calls fail at random. */
  readonly faultsEndAt: number;
}

export interface ProductPlan {
  readonly sku: string;
  readonly price: number;
  readonly stock: number;
}

export interface PlannedLine {
  /** Index in the products of the scenario. */
  readonly product: number;
  readonly quantity: number;
}

/** A purchase, directly or through a cart, and later requests of the buyer for that order. */
export interface Purchase {
  readonly at: number;
  readonly via: 'order' | 'cart';
  readonly buyer: number;
  readonly lines: readonly PlannedLine[];
  readonly paymentMethod: string;
  /** Number of retries with the same idempotency key after an unknown result. */
  readonly retries: number;
  /** Whether the first request is sent twice at the same time. */
  readonly sentTwice: boolean;
  /** Requests that follow once the order id is known. */
  readonly followUps: readonly FollowUp[];
}

export type FollowUp =
  | { readonly kind: 'cancel'; readonly afterMs: number }
  | { readonly kind: 'change address'; readonly afterMs: number }
  /** An agent refunds a part of the price. */
  | { readonly kind: 'goodwill'; readonly afterMs: number; readonly amount: number }
  /** The provider sends the webhook of the payment. */
  | { readonly kind: 'webhook'; readonly afterMs: number };

/** A request of an administrator of the shop. */
export type AdminAction =
  | { readonly kind: 'adjust stock'; readonly at: number; readonly product: number; readonly delta: number }
  | { readonly kind: 'change price'; readonly at: number; readonly product: number; readonly price: number }
  | { readonly kind: 'archive'; readonly at: number; readonly product: number; readonly archived: boolean };

/** A fault of one process, one database or the broker. */
export type Fault =
  | {
      readonly kind: 'crash' | 'pause' | 'replace';
      readonly at: number;
      readonly service: SimulatedService;
      readonly process: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'database outage';
      readonly at: number;
      readonly service: SimulatedService;
      readonly durationMs: number;
    }
  | { readonly kind: 'broker outage'; readonly at: number; readonly durationMs: number };

/** Probabilities of a fault in a single call until `faultsEndAt`, each between 0 and 1. */
export interface FaultProbabilities {
  /** The call fails and is not executed. */
  readonly failedCall: number;
  /** The call is executed and its response is lost. */
  readonly lostResponse: number;
  /** The process crashes just before or after the call. */
  readonly crash: number;
  /** The call is slow. */
  readonly slow: number;
  /** The broker delivers records again. */
  readonly redelivery: number;
  /** A call to the provider fails, is slow, or its response is lost. */
  readonly provider: number;
}
