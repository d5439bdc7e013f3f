import { Injectable } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import { searchOf } from '../domain/search-words.js';
import { skuKeyOf } from '../domain/sku.js';
import { sortSql, type Position, type ProductSort } from './product-sort.js';

/** A product as a customer sees it. */
export interface ProductView {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
  /** Absent for a product that is for sale. */
  readonly archived?: true;
}

/** A product of a list, and its place in it. */
export interface ListedProduct {
  readonly product: ProductView;
  readonly position: Position;
}

/** Which products a list has. */
export interface ProductFilter {
  /** A SKU, or prefixes of words of SKU and name. */
  readonly query?: string | undefined;
  /** One SKU, in any spelling. */
  readonly sku?: string | undefined;
  readonly archived?: boolean | undefined;
}

interface ProductRow {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
  readonly available: string;
  readonly archived: boolean;
}

const view = `p.product_id as id, p.sku, p.name, p.price_amount as amount, p.price_currency as currency, s.available, p.archived_at is not null as archived`;
const source = `from products p join stock_levels s using (product_id)`;
const one = `select ${view} ${source} where p.product_id = $1`;
const bySku = `select ${view} ${source} where p.sku_key = $1`;

/** The statement of a page, and its values. */
export function listStatement(
  sort: ProductSort,
  limit: number,
  after: Position | undefined,
  { query, sku, archived = false }: ProductFilter,
): [sql: string, values: unknown[]] {
  const values: unknown[] = [limit];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const { position, order, after: following } = sortSql(sort, values.length + 1);
  const conditions = [`p.archived_at is ${archived ? 'not null' : 'null'}`];
  if (after) {
    values.push(...after);
    conditions.push(following);
  }
  if (sku !== undefined) conditions.push(`p.sku_key = ${parameter(skuKeyOf(sku))}`);
  if (query !== undefined && query !== '')
    conditions.push(`(p.sku_key = ${parameter(skuKeyOf(query))} or p.words @@ ${parameter(searchOf(query))}::tsquery)`);
  const sql = `select ${view}, ${position} as position ${source} where ${conditions.join(' and ')} order by ${order} limit $1`;
  return [sql, values];
}

const read = ({ id, sku, name, amount, currency, available, archived }: ProductRow): ProductView => ({
  id,
  sku,
  name,
  price: { amount: Number(amount), currency },
  available: Number(available),
  ...(archived && { archived }),
});

@Injectable()
export class ProductQueries {
  constructor(private readonly dataSource: DataSource) {}

  async find(productId: ProductId): Promise<ProductView | undefined> {
    const [row] = await this.dataSource.query<ProductRow[]>(one, [productId]);
    return row && read(row);
  }

  /** The product with this SKU in any spelling, archived or not. */
  async findBySku(sku: string): Promise<ProductView | undefined> {
    const [row] = await this.dataSource.query<ProductRow[]>(bySku, [skuKeyOf(sku)]);
    return row && read(row);
  }

  /** At most `limit` products in this order, those after a position where one is given. */
  async list(
    sort: ProductSort,
    limit: number,
    after: Position | undefined,
    filter: ProductFilter,
  ): Promise<ListedProduct[]> {
    const rows = await this.dataSource.query<(ProductRow & { readonly position: Position })[]>(
      ...listStatement(sort, limit, after, filter),
    );
    return rows.map((row) => ({ product: read(row), position: row.position }));
  }
}
