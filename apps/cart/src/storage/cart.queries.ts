import { Injectable } from '@nestjs/common';
import type { Money, ProductId, UserId } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import type { OfferedLine } from '../domain/cart-view.js';
import type { Item } from '../domain/cart.js';

interface RawLine {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly amount: string;
  readonly currency: string;
  readonly putAmount: string;
  readonly putCurrency: string;
}

const linesOf = `select l.product_id as "productId", p.name, l.quantity, p.price_amount as amount, p.price_currency as currency,
  l.unit_price_amount as "putAmount", l.unit_price_currency as "putCurrency"
from cart_lines l join products p using (product_id) where l.user_id = $1 order by l.put_at, l.product_id`;

const itemsOf = `select product_id as "productId", price_amount as amount, price_currency as currency from products where product_id = any($1::uuid[])`;

const money = (amount: string, currency: string): Money => ({ amount: Number(amount), currency });

@Injectable()
export class CartQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** In the order in which they were put in, with the products as they are now. */
  async lines(userId: UserId): Promise<OfferedLine[]> {
    const raw = await this.dataSource.query<RawLine[]>(linesOf, [userId]);
    return raw.map(({ productId, name, quantity, amount, currency, putAmount, putCurrency }) => ({
      productId,
      name,
      quantity,
      price: money(amount, currency),
      unitPrice: money(putAmount, putCurrency),
    }));
  }

  /** Those of the products that the cart has heard of, with their prices. */
  items = async (productIds: readonly string[]): Promise<Map<string, Item>> => {
    const raw = await this.dataSource.query<Pick<RawLine, 'productId' | 'amount' | 'currency'>[]>(itemsOf, [
      productIds,
    ]);
    return new Map(
      raw.map(({ productId, amount, currency }) => [productId, { productId, price: money(amount, currency) }]),
    );
  };
}
