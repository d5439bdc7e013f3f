import { Injectable } from '@nestjs/common';
import type { Money, ProductId } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import { searchWords } from './search-words.js';

/** A product as a customer sees it. */
export interface ProductView {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
}

interface Raw {
  readonly id: ProductId;
  readonly sku: string;
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
  readonly available: string;
}

const view = `select p.product_id as id, p.sku, p.name, p.price_amount as amount, p.price_currency as currency, s.available
from products p join shelves s using (product_id)`;
const one = `${view} where p.product_id = $1`;
const all = `${view} where p.sku > $2 order by p.sku limit $1`;
const found = `${view} where p.sku > $2 and (p.sku = $3 or p.words @@ to_tsquery('simple', $4)) order by p.sku limit $1`;

const read = ({ id, sku, name, amount, currency, available }: Raw): ProductView => ({
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
    const [raw] = await this.dataSource.query<Raw[]>(one, [productId]);
    return raw && read(raw);
  }

  /** By code, from after a code on. A query finds products with that code, or with words in code or name that begin with its words. */
  async list(limit: number, after = '', query = ''): Promise<ProductView[]> {
    const raw = await (query === ''
      ? this.dataSource.query<Raw[]>(all, [limit, after])
      : this.dataSource.query<Raw[]>(found, [limit, after, query, searchWords(query)]));
    return raw.map(read);
  }
}
