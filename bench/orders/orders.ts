import { seededRandom, type SeededRandom } from '../../tools/shop/retail/seeded-random.js';
import { skewed } from '../workload/stock.js';
import type { Product } from './shop-under-test.js';

/** Products; the last ones are sold out, and every twentieth order asks for one of them. */
const productCount = 1_000;
const soldOutCount = 20;
const soldOutShare = 0.05;
const declinedShare = 0.1;

export interface Order {
  /** `product`: an index of `products`. */
  readonly items: readonly { readonly product: number; readonly quantity: number }[];
  readonly paymentMethod: 'sim_ok' | 'sim_declined';
}

export const products: readonly Product[] = Array.from({ length: productCount }, (_, index) => ({
  productId: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  sku: `product-${index}`,
  name: `Product ${index}`,
  price: { amount: 100 + index, currency: 'GBP' },
  stock: index < productCount - soldOutCount ? 100_000_000 : 0,
}));

export const shippingAddress = {
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  city: 'London',
  postcode: 'SW1Y 4JH',
  country: 'GB',
};

/** Endless orders of two lines: the first products far more often than the last, 5 % sold out, 10 % with a card that is declined. */
export function* orders(seed: number): Generator<Order, never> {
  const random = seededRandom(seed, 'orders');
  for (;;) {
    const first = inStock(random);
    const second =
      random.fraction() < soldOutShare
        ? productCount - 1 - Math.floor(random.fraction() * soldOutCount)
        : otherThan(first, random);
    yield {
      items: [first, second].map((product) => ({ product, quantity: 1 + Math.floor(random.fraction() * 3) })),
      paymentMethod: random.fraction() < declinedShare ? 'sim_declined' : 'sim_ok',
    };
  }
}

const inStock = (random: SeededRandom): number => skewed(random, productCount - soldOutCount);

function otherThan(product: number, random: SeededRandom): number {
  for (;;) {
    const other = inStock(random);
    if (other !== product) return other;
  }
}
