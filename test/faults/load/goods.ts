import type { Account } from '../../../tools/shop/trading/account.js';
import { pounds } from '../../../tools/shop/trading/api.js';
import { forEachConcurrently } from '../../../tools/shop/trading/concurrency.js';

export interface Goods {
  readonly productId: string;
  /** Pence. */
  readonly price: number;
}

const unlimited = 1_000_000;

/** Stock of an article by its number: small for every tenth. */
export const everyTenthScarce = (number: number): number => (number % 10 === 9 ? 40 : unlimited);

/** Adds products with this prefix of their SKU. Throws when the prefix was used before. */
export async function addGoods(
  admin: Account,
  prefix: string,
  count: number,
  piecesOf: (number: number) => number = everyTenthScarce,
): Promise<Goods[]> {
  const goods: Goods[] = [];
  const numbers = Array.from({ length: count }, (_, index) => index);
  await forEachConcurrently(4, numbers, async (number) => {
    const stock = piecesOf(number);
    const price = 100 + number * 7;
    const body = { sku: `${prefix}-${number}`, name: `${prefix} article ${number}`, price: pounds(price), stock };
    const { body: added } = await admin.call<{ id: string }>({
      op: 'add-product',
      method: 'POST',
      path: '/products',
      body,
      expect: [201],
    });
    goods.push({ productId: added.id, price });
  });
  return goods;
}
