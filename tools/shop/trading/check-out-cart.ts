import { randomUUID } from 'node:crypto';
import type { Account } from './account.js';
import { pounds } from './api.js';
import { fillCart, type CartLine } from './fill-cart.js';
import { UnexpectedAnswer } from './gateway-client.js';

export interface Checkout {
  readonly lines: readonly CartLine[];
  readonly total: number;
  readonly paymentMethod: string;
  readonly shippingAddress: object;
  /** For the history, besides the idempotency key. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const maxAttempts = 20;

/**
 * Fills the cart and checks it out. Lines of a rejected order can come back in between, and the total is another one then: fills the cart again,
 * and checks out with a new key. `since` is the time of the last checkout.
 */
export async function checkOutCart(
  account: Account,
  { lines, total, paymentMethod, shippingAddress, facts }: Checkout,
): Promise<{ readonly orderId: string; readonly key: string; readonly since: number }> {
  const path = '/cart/checkout';
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    await fillCart(account, lines, total);
    const key = randomUUID();
    const since = performance.now();
    const { status, body } = await account.call<{ orderId: string }>({
      op: 'checkout',
      method: 'POST',
      path,
      headers: { 'idempotency-key': key },
      body: { paymentMethod, shippingAddress, expectedTotal: pounds(total) },
      facts: { key, ...facts },
      expect: [202, 409],
    });
    if (status === 202) return { orderId: body.orderId, key, since };
  }
  throw new UnexpectedAnswer(
    { method: 'POST', path },
    `the cart changed ${maxAttempts} times before its checkout`,
    409,
  );
}
