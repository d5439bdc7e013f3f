import { groupBy } from './group-by.js';
import type { ClassifiedRow } from './invoices.js';

export interface Article {
  readonly sku: string;
  readonly name: string;
  /** In pence. */
  readonly price: number;
}

/**
 * One article for each code, from its sales: the most frequent name (the code when no sale has one) and the most frequent price
 * (the lowest of equally frequent ones).
 */
export function catalogueOf(rows: readonly ClassifiedRow[]): ReadonlyMap<string, Article> {
  const sales = rows.filter(({ kind }) => kind === 'sale').map(({ line }) => line);
  const articles = new Map<string, Article>();
  for (const [sku, lines] of groupBy(sales, (line) => line.sku)) {
    const names = lines.map((line) => line.description).filter((name) => name !== '');
    articles.set(sku, { sku, name: mostFrequent(names) ?? sku, price: mostFrequent(lines.map((line) => line.price))! });
  }
  return articles;
}

/** The lowest of equally frequent values. */
function mostFrequent<T extends string | number>(values: readonly T[]): T | undefined {
  const counts = [...groupBy(values, (value) => value)].map(([value, same]) => ({ value, count: same.length }));
  return counts.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))[0]?.value;
}
