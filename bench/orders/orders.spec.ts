import { describe, expect, it } from '@jest/globals';
import { orders, products, type Order } from './orders.js';

const some = (seed: number): Order[] => {
  const all = orders(seed);
  return Array.from({ length: 20_000 }, () => all.next().value);
};
const all = some(1);
const share = (holds: (order: Order) => boolean): number => all.filter(holds).length / all.length;

describe('orders', () => {
  it('are the same for the same seed', () => expect(some(1).slice(0, 50)).toEqual(all.slice(0, 50)));
  it('have two lines of different products', () =>
    expect(share(({ items }) => new Set(items.map(({ product }) => product)).size === 2)).toBe(1));
  it('ask for a sold out product one time in twenty', () =>
    expect(share(({ items }) => items.some(({ product }) => products[product]!.stock === 0))).toBeCloseTo(0.05, 1.5));
  it('have a card that is declined one time in ten', () =>
    expect(share(({ paymentMethod }) => paymentMethod === 'sim_declined')).toBeCloseTo(0.1, 1.5));
  it('ask for the first tenth of the products half of the time', () => {
    const lines = all.flatMap(({ items }) => items);
    expect(lines.filter(({ product }) => product < products.length / 10).length / lines.length).toBeCloseTo(0.5, 1);
  });
});
