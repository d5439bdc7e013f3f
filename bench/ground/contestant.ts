/** What a shop sells, and how much of it there is. */
export interface Product {
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock: number;
}

/** What has become of every order that was accepted. */
export interface Audited {
  readonly accepted: number;
  readonly confirmed: number;
  readonly outOfStock: number;
  readonly declined: number;
  /** Orders without an outcome, and pieces and payments that belong to no confirmed order. */
  readonly unaccounted: number;
}

/** A shop under measurement, made of processes of its own over a Kafka and a PostgreSQL that it is given. */
export interface Contestant {
  readonly name: string;
  /**
   * Where an order is posted: `POST` with `{ items: [{ productId, quantity }], paymentMethod, shippingAddress }` and `Idempotency-Key`.
   * 202 with `{ orderId }`; where there is no topic of outcomes, 201 with `{ orderId, status }`, which is the outcome.
   */
  readonly ordersUrl: string;
  /** Who buys: access tokens, taken in turn. None where everybody may. */
  readonly tokens?: readonly string[];
  /** Under which ids it sells the products, in their order, where it gives them ids of its own. */
  readonly productIds?: readonly string[];
  /** Process ids by name, PostgreSQL's and Kafka's not among them. */
  readonly processes: ReadonlyMap<string, number>;
  /** The topic that tells outcomes, keyed by order: CloudEvents of the types `order.confirmed` and `order.rejected`, in the header `ce_type`. */
  readonly outcomes: string | undefined;
  /** Throws, saying what is wrong, where a shop that promises to keep its books has not kept them. */
  audit(): Promise<Audited>;
  stop(): Promise<void>;
}

export interface Place {
  readonly brokers: string;
  /** A database server's URL, with the right to create databases there. */
  readonly postgresUrl: string;
  readonly products: readonly Product[];
  /** For logs and the like; it goes with the measurement. */
  readonly folder: string;
}

/** Starts a shop that is ready to take orders. */
export type Enter = (place: Place) => Promise<Contestant>;
