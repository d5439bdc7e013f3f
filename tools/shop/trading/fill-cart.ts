import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './account.js';
import type { CartView } from './api.js';
import { forEachConcurrently } from './concurrency.js';
import { UnexpectedAnswer } from './gateway-client.js';

export interface CartLine {
  readonly productId: string;
  readonly quantity: number;
}

/** The changes after which the cart has exactly these lines; quantity 0 removes a line. */
export function changesFor(cart: Pick<CartView, 'items'>, target: readonly CartLine[]): CartLine[] {
  const present = new Map(cart.items.map(({ productId, quantity }) => [productId, quantity]));
  const targetIds = new Set(target.map(({ productId }) => productId));
  return [
    ...cart.items
      .filter(({ productId }) => !targetIds.has(productId))
      .map(({ productId }) => ({ productId, quantity: 0 })),
    ...target.filter(({ productId, quantity }) => present.get(productId) !== quantity),
  ];
}

/** Concurrent changes of one cart. */
const putConcurrency = 4;
const maxRounds = 20;

/**
 * Changes the cart until it has exactly these lines and this total. Reads it again after each round of changes: an interrupted run can
 * have left other lines, and a new price can arrive late. Throws UnexpectedAnswer after the last round.
 */
export async function fillCart(account: Account, lines: readonly CartLine[], total: number): Promise<void> {
  for (let round = 0, seen = ''; ; round++) {
    const { body: cart } = await account.call<CartView>({
      op: 'read-cart',
      method: 'GET',
      path: '/cart',
      expect: [200],
    });
    const changes = changesFor(cart, lines);
    if (changes.length === 0 && cart.total.amount === total) return;
    if (round === maxRounds)
      throw new UnexpectedAnswer(
        { method: 'GET', path: '/cart' },
        `expected ${lines.length} lines for ${total} pence, found ${seen}`,
      );
    seen = `${cart.items.length} lines for ${cart.total.amount} pence, ${changes.length} to be changed`;
    if (changes.length === 0) await wait(100 * round);
    await forEachConcurrently(putConcurrency, changes, async ({ productId, quantity }) => {
      await account.call({
        op: 'put-in-cart',
        method: 'PUT',
        path: `/cart/items/${productId}`,
        body: { quantity },
        expect: [200],
      });
    });
  }
}
