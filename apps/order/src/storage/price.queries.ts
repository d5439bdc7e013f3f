import { Injectable } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import { BatchedRead } from '@tradewind/service';
import { DataSource } from 'typeorm';
import type { Price } from '../domain/price.js';

const pricesOf = `select product_id as "productId", name, price_amount as amount, price_currency as currency, archived, sequence
  from prices where product_id = any($1::uuid[])`;

interface PriceRow {
  readonly productId: ProductId;
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
  readonly archived: boolean;
  readonly sequence: string;
}

@Injectable()
export class PriceQueries {
  readonly #prices = new BatchedRead((productIds: readonly ProductId[]) => this.#read(productIds));

  constructor(private readonly dataSource: DataSource) {}

  /** Current names and prices; an unknown product is left out. */
  of(productIds: readonly ProductId[]): Promise<Map<ProductId, Price>> {
    return this.#prices.load(productIds);
  }

  async #read(productIds: readonly ProductId[]): Promise<Map<ProductId, Price>> {
    const rows = await this.dataSource.query<PriceRow[]>(pricesOf, [productIds]);
    return new Map(
      rows.map(({ productId, name, amount, currency, archived, sequence }) => [
        productId,
        { productId, name, price: money(Number(amount), currency), archived, sequence: Number(sequence) },
      ]),
    );
  }
}
