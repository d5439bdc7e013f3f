import { Injectable } from '@nestjs/common';
import { money, type ProductId } from '@tradewind/kernel';
import { GatheredRead } from '@tradewind/service';
import { DataSource } from 'typeorm';
import type { Price } from '../domain/price.js';

const pricesOf = `select product_id as "productId", name, price_amount as amount, price_currency as currency, sequence
  from prices where product_id = any($1::uuid[])`;

interface Raw {
  readonly productId: ProductId;
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
  readonly sequence: string;
}

@Injectable()
export class PriceQueries {
  readonly #prices = new GatheredRead((productIds: readonly ProductId[]) => this.#read(productIds));

  constructor(private readonly dataSource: DataSource) {}

  /** What these products are called and cost now; one that is not known is left out. */
  of(productIds: readonly ProductId[]): Promise<Map<ProductId, Price>> {
    return this.#prices.of(productIds);
  }

  async #read(productIds: readonly ProductId[]): Promise<Map<ProductId, Price>> {
    const rows = await this.dataSource.query<Raw[]>(pricesOf, [productIds]);
    return new Map(
      rows.map(({ productId, name, amount, currency, sequence }) => [
        productId,
        { productId, name, price: money(Number(amount), currency), sequence: Number(sequence) },
      ]),
    );
  }
}
