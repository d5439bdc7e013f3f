/** A service answered 202: it accepted an order. */
export interface Acceptance {
  readonly orderId: string;
  readonly userId: string;
  /** SHA-256 of the idempotency key. */
  readonly keyHash: string;
  readonly by: 'cart' | 'order';
  /** In pence, as answered. */
  readonly total: bigint;
}

export interface AcceptedOrder {
  readonly userId: string;
  readonly status: string;
  readonly total: bigint;
}
