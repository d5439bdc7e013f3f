import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './account.js';
import type { CartView } from './api.js';
import { atOnce } from './at-once.js';
import { Unexpected } from './gateway-client.js';

export interface CartLine {
  readonly productId: string;
  readonly quantity: number;
}

/** What must be put so that the cart holds these lines and nothing else; 0 removes a line. */
export function changesFor(cart: Pick<CartView, 'items'>, wanted: readonly CartLine[]): CartLine[] {
  const present = new Map(cart.items.map(({ productId, quantity }) => [productId, quantity]));
  const asked = new Set(wanted.map(({ productId }) => productId));
  return [
    ...cart.items.filter(({ productId }) => !asked.has(productId)).map(({ productId }) => ({ productId, quantity: 0 })),
    ...wanted.filter(({ productId, quantity }) => present.get(productId) !== quantity),
  ];
}

/** Lines of one cart that are put side by side. */
const putsAtOnce = 4;
const rounds = 20;

/**
 * The cart holds exactly these lines at this total: looked at, mended and looked at again, so that what an interrupted run
 * left in it goes, and a price that has only just changed arrives. Throws Unexpected when it does not come to that.
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
    if (round === rounds)
      throw new Unexpected(
        { method: 'GET', path: '/cart' },
        `expected ${lines.length} lines for ${total} pence, found ${seen}`,
      );
    seen = `${cart.items.length} lines for ${cart.total.amount} pence, ${changes.length} to be changed`;
    if (changes.length === 0) await wait(100 * round);
    await atOnce(putsAtOnce, changes, async ({ productId, quantity }) => {
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
