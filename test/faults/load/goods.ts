import type { Account } from '../../../tools/shop/play/account.js';
import { pounds } from '../../../tools/shop/play/api.js';
import { atOnce } from '../../../tools/shop/play/at-once.js';

export interface Goods {
  readonly productId: string;
  readonly price: number;
  /** True where there are fewer pieces than will be asked for. */
  readonly scarce: boolean;
}

const plenty = 1_000_000;

/** Puts goods into the shop under codes of this name; every tenth is scarce. Called again with the same name, it finds 409 and throws. */
export async function addGoods(admin: Account, name: string, count: number, scarcePieces: number): Promise<Goods[]> {
  const goods: Goods[] = [];
  const numbers = Array.from({ length: count }, (_, index) => index);
  await atOnce(4, numbers, async (number) => {
    const scarce = number % 10 === 9;
    const price = 100 + number * 7;
    const body = { sku: `${name}-${number}`, name: `${name} article ${number}`, price: pounds(price), stock: scarce ? scarcePieces : plenty };
    const { body: added } = await admin.call<{ id: string }>({ op: 'add-product', method: 'POST', path: '/products', body, expect: [201] });
    goods.push({ productId: added.id, price, scarce });
  });
  return goods;
}
