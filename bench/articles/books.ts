import { stock, type Ask, type Price } from './asks.js';
import type { Copy } from './copies.js';
import type { Shelf } from './shelves.js';

type Row = object & { readonly article: string };

/** The shelves as requests leave them that are decided once each, in their order. */
export function shelvesAfter(asks: Iterable<Ask>): Shelf[] {
  const [left, taken, refused, last] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const add = (to: Map<string, number>, article: string, count: number): void =>
    void to.set(article, (to.get(article) ?? 0) + count);
  for (const { article, pieces, number } of asks) {
    if (!left.has(article)) left.set(article, stock);
    last.set(article, number);
    if (left.get(article)! < pieces) {
      add(refused, article, 1);
      continue;
    }
    add(left, article, -pieces);
    add(taken, article, pieces);
  }
  return [...left].map(([article, available]) => ({
    article,
    available,
    taken: taken.get(article) ?? 0,
    refused: refused.get(article) ?? 0,
    last: last.get(article)!,
    misplaced: 0,
  }));
}

/** The copies as prices leave them that are applied once each, in their order. */
export function copiesAfter(prices: Iterable<Price>): Copy[] {
  const copies = new Map<string, Copy>();
  for (const { article, name, price, number } of prices)
    copies.set(article, { article, name, price, changes: number, sequence: number });
  return [...copies.values()];
}

/** What of the rows is not as it must be, the first few in words; empty where every one is. */
export function differences(expected: readonly Row[], found: readonly Row[]): string[] {
  const rows = new Map(found.map((row) => [row.article, row]));
  const odd = expected.flatMap((row) => {
    const other = rows.get(row.article);
    rows.delete(row.article);
    return isSame(row, other) ? [] : [`${JSON.stringify(row)} is ${JSON.stringify(other) ?? 'missing'}`];
  });
  const all = [...odd, ...[...rows.values()].map((row) => `nobody has made ${JSON.stringify(row)}`)];
  return all.length <= 3 ? all : [...all.slice(0, 3), `and ${all.length - 3} more`];
}

const isSame = (one: Row, other: Row | undefined): boolean => other !== undefined && textOf(one) === textOf(other);
const textOf = (row: Row): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
