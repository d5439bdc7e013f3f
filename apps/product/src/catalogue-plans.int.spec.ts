import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { CreateCatalogueAndStock1760000000001 } from '../migrations/0001-create-catalogue-and-stock.js';
import { productSorts, type Position, type ProductSort } from './storage/product-sort.js';
import { listStatement, type ProductFilter } from './storage/product.queries.js';

const products = 100_000;
const fill = `
insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, archived_at, search_words)
select ('01991234-5678-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'SKU ' || n, 'sku' || n, 'Product ' || n % 5000, 'product ' || n % 5000, n * 7919 % 10000, 'GBP', now(),
  case when n % 20 = 0 then now() end, 'sku' || n || ' product ' || n % 5000
from generate_series(1, ${products}) n`;
const stock = `insert into stock_levels (product_id, available, reserved, sold, initial, adjusted, changes) select product_id, 5, 0, 0, 5, 0, 1 from products`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
const middle: Readonly<Record<ProductSort, Position>> = {
  sku: ['sku5', '01991234-5678-7000-8000-000000000005'],
  name: ['product 2500', '01991234-5678-7000-8000-00000000c350'],
  '-name': ['product 2500', '01991234-5678-7000-8000-00000000c350'],
  price: [5_000, '01991234-5678-7000-8000-00000000c350'],
  '-price': [5_000, '01991234-5678-7000-8000-00000000c350'],
  newest: ['01991234-5678-7000-8000-00000000c350'],
};

describe(`a page of ${products} products`, () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: [CreateCatalogueAndStock1760000000001],
    }).initialize();
    await dataSource.runMigrations();
    for (const sql of [fill, stock, 'vacuum analyze products', 'vacuum analyze stock_levels'])
      await dataSource.query(sql);
  }, 120_000);
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const plan = async (sort: ProductSort, after: Position | undefined, filter: ProductFilter): Promise<Plan[]> => {
    const [sql, values] = listStatement(sort, 21, after, filter);
    const [row] = await dataSource.query<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
      `explain (analyze, format json) ${sql}`,
      values,
    );
    return flat(row!['QUERY PLAN'][0]!.Plan);
  };
  const cases = (Object.keys(productSorts) as ProductSort[]).flatMap((sort) => [
    { sort, where: 'first', after: undefined },
    { sort, where: 'middle', after: middle[sort] },
  ]);

  it.each(cases)('is read from an index by $sort, without a sort: the $where page', async ({ sort, after }) => {
    const nodes = await plan(sort, after, {});
    const types = nodes.map((node) => node['Node Type']);
    expect(types.filter((type) => /Sort|Seq Scan/.test(type))).toEqual([]);
    const scanned = nodes.find((node) => node['Relation Name'] === 'products')!;
    expect(scanned['Node Type']).toMatch(/Index/);
    expect(scanned['Actual Rows'] * scanned['Actual Loops']).toBeLessThanOrEqual(21);
  });

  it.each([
    ['a SKU', { sku: ' Sku  777' }],
    ['words', { query: 'prod 77' }],
    ['a SKU in a search', { query: 'sku777' }],
  ])('is found by %s without reading the table', async (_, filter) => {
    for (const sort of Object.keys(productSorts) as ProductSort[]) {
      const nodes = await plan(sort, undefined, filter);
      expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    }
  });
});
