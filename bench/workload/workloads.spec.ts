import { describe, expect, it } from '@jest/globals';
import { prices } from './prices.js';
import { initialStock, stock, stockLevelsAfter } from './stock.js';
import { differences, type Backlog } from './workload.js';
import { backlogTopic } from './backlog.js';

const request = (number: number, quantity: number, product = 'lamp') => ({ product, quantity, number });
const backlog: Backlog = {
  workload: 'prices',
  topic: backlogTopic('prices', 1),
  messages: 20_000,
  products: 20,
  seed: 7,
};

describe('stock levels', () => {
  it('give what is available, and refuse the rest, in the order of the requests', () => {
    const requests = [request(1, initialStock - 1), request(2, 2), request(3, 1), request(1, 3, 'cup')];
    expect(stockLevelsAfter(requests)).toEqual([
      { product: 'lamp', available: 0, taken: initialStock, refused: 1, last: 3, outOfOrder: 0 },
      { product: 'cup', available: initialStock - 3, taken: 3, refused: 0, last: 1, outOfOrder: 0 },
    ]);
  });
  it('count a request that does not follow its predecessor', () =>
    expect(stockLevelsAfter([request(1, 1), request(3, 1), request(2, 1)])).toMatchObject([{ outOfOrder: 2 }]));
  it('are the same for the same seed, and some requests are refused', () => {
    const levels = stock.expectedRows(backlog);
    expect(stock.expectedRows(backlog)).toEqual(levels);
    expect(levels.reduce((sum, { last }) => sum + last, 0)).toBe(backlog.messages);
    expect(levels.some(({ refused }) => refused > 0)).toBe(true);
  });
});

describe('rows', () => {
  const rows = prices.expectedRows(backlog);
  it('are equal in any order', () => expect(differences(rows, rows.toReversed())).toEqual([]));
  it.each([
    ['one was changed twice', [{ ...rows[0]!, changes: rows[0]!.changes + 1 }, ...rows.slice(1)]],
    ['one is missing', rows.slice(1)],
    ['one is unexpected', [...rows, { ...rows[0]!, product: 'other' }]],
  ])('differ when %s', (_, found) => expect(differences(rows, found)).toHaveLength(1));
  it('have their differences shortened', () =>
    expect(differences(rows, []).slice(2)).toEqual([expect.any(String), 'and 17 more']));
});
