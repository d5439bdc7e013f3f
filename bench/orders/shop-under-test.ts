export interface Product {
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock: number;
}

/** Accepted orders by outcome. */
export interface OrderCounts {
  readonly accepted: number;
  readonly confirmed: number;
  readonly outOfStock: number;
  readonly declined: number;
  /** Orders without an outcome, and pieces and payments without a confirmed order. */
  readonly unaccounted: number;
}

/** A running shop, made of processes on a given Kafka and PostgreSQL. */
export interface ShopUnderTest {
  /**
   * Takes an order: `POST` with `{ items: [{ productId, quantity }], paymentMethod, shippingAddress }` and `Idempotency-Key`.
   * Answers 202 with `{ orderId }`; without a topic of outcomes 201 with `{ orderId, status }`, which is the outcome.
   */
  readonly ordersUrl: string;
  /** Access tokens of the buyers, used in turn. None when orders need no token. */
  readonly tokens?: readonly string[];
  /** The ids of the products, in their order, when the shop creates its own. */
  readonly productIds?: readonly string[];
  /** Process ids by name, without PostgreSQL and Kafka. */
  readonly processes: ReadonlyMap<string, number>;
  /** The topic of the outcomes, keyed by order: CloudEvents `order.confirmed` and `order.rejected`, in the header `ce_type`. */
  readonly outcomesTopic: string | undefined;
  /** Rejects when a shop that promises consistency is not consistent. */
  audit(): Promise<OrderCounts>;
  stop(): Promise<unknown>;
}

export interface ShopEnvironment {
  readonly brokers: string;
  /** Of a server on which databases may be created. */
  readonly postgresUrl: string;
  readonly products: readonly Product[];
  /** For logs; it is deleted after the measurement. */
  readonly folder: string;
}

/** Starts a shop that is ready to take orders. */
export type StartShop = (environment: ShopEnvironment) => Promise<ShopUnderTest>;
