import { describe, expect, it } from '@jest/globals';
import { prices, pricesAfter } from './prices.js';
import { initialStock, stock, stockLevelsAfter } from './stock.js';
import { differences } from './workload.js';

const request = (number: number, quantity: number, product = 'lamp') => ({ product, quantity, number });
const extent = { messages: 500, products: 20, seed: 7 };

describe('stock levels', () => {
  it('give what is available, and refuse the rest', () => {
    const requests = [request(1, initialStock - 1), request(2, 2), request(3, 1), request(1, 3, 'cup')];
    expect(stockLevelsAfter(requests)).toEqual([
      { product: 'lamp', available: 0, taken: initialStock, refused: 1, last: 3, outOfOrder: 0 },
      { product: 'cup', available: initialStock - 3, taken: 3, refused: 0, last: 1, outOfOrder: 0 },
    ]);
  });
  it('depend on the order of the requests', () => {
    const [small, large] = [2, initialStock - 1];
    expect(stockLevelsAfter([request(1, small), request(2, large)])).not.toEqual(
      stockLevelsAfter([request(1, large), request(2, small)]),
    );
  });
  it('are the same for the same seed, and some requests are refused', () => {
    const levels = stock.expectedRows({ ...extent, messages: 20_000 });
    expect(stock.expectedRows({ ...extent, messages: 20_000 })).toEqual(levels);
    expect(levels.reduce((sum, { last }) => sum + last, 0)).toBe(20_000);
    expect(levels.some(({ refused }) => refused > 0)).toBe(true);
  });
});

describe('prices', () => {
  it('are those of the last message', () => {
    const all = [...prices.messages(extent)];
    const { name, price, number } = all.findLast(({ product }) => product === 'product-3')!;
    expect(pricesAfter(all).find(({ product }) => product === 'product-3')).toEqual({
      product: 'product-3',
      name,
      price,
      changes: number,
      sequence: number,
    });
  });
});

describe('rows', () => {
  const rows = prices.expectedRows(extent);
  it('are equal in any order', () => expect(differences(rows, rows.toReversed())).toEqual([]));
  it('differ when one was changed twice', () => {
    const found = rows.map((row, place) => (place === 4 ? { ...row, changes: row.changes + 1 } : row));
    expect(differences(rows, found)).toHaveLength(1);
  });
  it('differ when one is missing', () =>
    expect(differences(rows, rows.slice(1))).toEqual([expect.stringContaining('is missing')]));
  it('differ when one is unexpected', () =>
    expect(differences(rows, [...rows, { ...rows[0]!, product: 'other' }])).toEqual([
      expect.stringContaining('unexpected'),
    ]));
  it('have their differences shortened', () =>
    expect(differences(rows, [])).toEqual([expect.any(String), expect.any(String), expect.any(String), 'and 17 more']));
});
