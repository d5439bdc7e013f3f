import { Injectable } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import { searchOf } from '../domain/search-words.js';

/** A product as a customer sees it. */
export interface ProductView {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
}

interface ProductRow {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
  readonly available: string;
}

const view = `select p.product_id as id, p.sku, p.name, p.price_amount as amount, p.price_currency as currency, s.available
from products p join stock_levels s using (product_id)`;
const one = `${view} where p.product_id = $1`;
const all = `${view} where p.sku > $2 order by p.sku limit $1`;
const found = `${view} where p.sku > $2 and (p.sku = $3 or p.words @@ $4::tsquery) order by p.sku limit $1`;

const read = ({ id, sku, name, amount, currency, available }: ProductRow): ProductView => ({
  id,
  sku,
  name,
  price: { amount: Number(amount), currency },
  available: Number(available),
});

@Injectable()
export class ProductQueries {
  constructor(private readonly dataSource: DataSource) {}

  async find(productId: ProductId): Promise<ProductView | undefined> {
    const [raw] = await this.dataSource.query<ProductRow[]>(one, [productId]);
    return raw && read(raw);
  }

  /** Ordered by code, starting after the given code. A query finds that code, or products whose code or name has words with these prefixes. */
  async list(limit: number, after = '', query = ''): Promise<ProductView[]> {
    const raw = await (query === ''
      ? this.dataSource.query<ProductRow[]>(all, [limit, after])
      : this.dataSource.query<ProductRow[]>(found, [limit, after, query, searchOf(query)]));
    return raw.map(read);
  }
}
