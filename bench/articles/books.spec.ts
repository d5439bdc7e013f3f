import { describe, expect, it } from '@jest/globals';
import { asks, prices, stock } from './asks.js';
import { copiesAfter, differences, shelvesAfter } from './books.js';

const ask = (number: number, pieces: number, article = 'lamp') => ({ article, pieces, number });

describe('shelves', () => {
  it('give what they have, and refuse what they have not', () =>
    expect(shelvesAfter([ask(1, stock - 1), ask(2, 2), ask(3, 1), ask(1, 3, 'cup')])).toEqual([
      { article: 'lamp', available: 0, taken: stock, refused: 1, last: 3, misplaced: 0 },
      { article: 'cup', available: stock - 3, taken: 3, refused: 0, last: 1, misplaced: 0 },
    ]));
  it('hang on the order of what is wanted', () =>
    expect(shelvesAfter([ask(1, 2), ask(2, stock - 1)])).not.toEqual(shelvesAfter([ask(1, stock - 1), ask(2, 2)])));
  it('are asked for the same by the same seed, and some of it is refused', () => {
    const once = shelvesAfter(asks(20_000, 7));
    expect(shelvesAfter(asks(20_000, 7))).toEqual(once);
    expect(once.reduce((sum, { last }) => sum + last, 0)).toBe(20_000);
    expect(once.some(({ refused }) => refused > 0)).toBe(true);
  });
});

describe('copies', () => {
  it('are what was told last', () => {
    const all = [...prices(500, 20, 7)];
    const last = all.findLast(({ article }) => article === 'article-3')!;
    expect(copiesAfter(all).find(({ article }) => article === 'article-3')).toEqual({
      article: 'article-3',
      name: last.name,
      price: last.price,
      changes: last.number,
      sequence: last.number,
    });
  });
});

describe('rows', () => {
  const rows = copiesAfter(prices(500, 20, 7));
  it('are right in whatever order they come', () => expect(differences(rows, rows.toReversed())).toEqual([]));
  it('are wrong with one that was changed twice', () =>
    expect(
      differences(
        rows,
        rows.map((row, place) => (place === 4 ? { ...row, changes: row.changes + 1 } : row)),
      ),
    ).toHaveLength(1));
  it('are wrong with one that is missing', () =>
    expect(differences(rows, rows.slice(1))).toEqual([expect.stringContaining('is missing')]));
  it('are wrong with one that nobody has made', () =>
    expect(differences(rows, [...rows, { ...rows[0]!, article: 'ghost' }])).toEqual([
      expect.stringContaining('nobody has made'),
    ]));
  it('are told of in a few words', () =>
    expect(differences(rows, [])).toEqual([expect.any(String), expect.any(String), expect.any(String), 'and 17 more']));
});
