import type { Account } from '../../../tools/shop/play/account.js';
import { pounds } from '../../../tools/shop/play/api.js';
import { atOnce } from '../../../tools/shop/play/at-once.js';

export interface Goods {
  readonly productId: string;
  /** Pence. */
  readonly price: number;
}

const plenty = 1_000_000;

/** Pieces of an article by its number: every tenth is scarce. */
export const everyTenthScarce = (number: number): number => (number % 10 === 9 ? 40 : plenty);

/** Puts goods into the shop under codes of this name. Called again with the same name, it throws. */
export async function addGoods(
  admin: Account,
  name: string,
  count: number,
  piecesOf: (number: number) => number = everyTenthScarce,
): Promise<Goods[]> {
  const goods: Goods[] = [];
  const numbers = Array.from({ length: count }, (_, index) => index);
  await atOnce(4, numbers, async (number) => {
    const stock = piecesOf(number);
    const price = 100 + number * 7;
    const body = { sku: `${name}-${number}`, name: `${name} article ${number}`, price: pounds(price), stock };
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
