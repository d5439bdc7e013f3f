import { chanceOf, type Chance } from '../../tools/shop/retail/chance.js';
import type { Product } from '../ground/contestant.js';
import { skewed } from '../ground/skewed.js';

/** Articles in the shop; the last of them are sold out, and are asked for by every twentieth order. */
const articles = 1_000;
const soldOut = 20;
const outOfStock = 0.05;
const declined = 0.1;

export interface Order {
  /** Places in the list of products. */
  readonly items: readonly { readonly product: number; readonly quantity: number }[];
  readonly paymentMethod: 'sim_ok' | 'sim_declined';
}

export const products: readonly Product[] = Array.from({ length: articles }, (_, index) => ({
  productId: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  sku: `article-${index}`,
  name: `Article ${index}`,
  price: { amount: 100 + index, currency: 'GBP' },
  stock: index < articles - soldOut ? 100_000_000 : 0,
}));

/** Orders without end: two lines each, the first articles far more often than the last, 5 % of them sold out, 10 % paid with a card that is declined. */
export function* orders(seed: number): Generator<Order, never> {
  const chance = chanceOf(seed, 'orders');
  for (;;) {
    const first = inStock(chance);
    const second =
      chance.fraction() < outOfStock ? articles - 1 - Math.floor(chance.fraction() * soldOut) : other(chance, first);
    yield {
      items: [first, second].map((product) => ({ product, quantity: 1 + Math.floor(chance.fraction() * 3) })),
      paymentMethod: chance.fraction() < declined ? 'sim_declined' : 'sim_ok',
    };
  }
}

const inStock = (chance: Chance): number => skewed(chance, articles - soldOut);

function other(chance: Chance, than: number): number {
  for (;;) {
    const product = inStock(chance);
    if (product !== than) return product;
  }
}
