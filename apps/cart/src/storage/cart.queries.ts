import { Injectable } from '@nestjs/common';
import type { OrderId, ProductId, UserId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import type { OfferedLine } from '../domain/cart-view.js';
import type { Item } from '../domain/cart.js';

interface LineRow {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly amount: string;
  readonly currency: string;
  readonly putAmount: string;
  readonly putCurrency: string;
  readonly returnedFrom: OrderId | null;
  readonly archived: boolean;
  readonly atLeast: number;
}

const linesOf = `select l.product_id as "productId", p.name, l.quantity, p.price_amount as amount, p.price_currency as currency,
  l.unit_price_amount as "putAmount", l.unit_price_currency as "putCurrency", l.returned_from as "returnedFrom", p.archived, p.at_least as "atLeast"
from cart_lines l join products p using (product_id) where l.user_id = $1 order by l.put_at, l.product_id`;

const itemsOf = `select product_id as "productId", price_amount as amount, price_currency as currency, archived from products where product_id = any($1::uuid[])`;

const money = (amount: string, currency: string): Money => ({ amount: Number(amount), currency });

@Injectable()
export class CartQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** Lines in the order in which they were added, with current product names and prices. */
  async lines(userId: UserId): Promise<OfferedLine[]> {
    const raw = await this.dataSource.query<LineRow[]>(linesOf, [userId]);
    return raw.map(({ amount, currency, putAmount, putCurrency, returnedFrom, ...line }) => ({
      ...line,
      price: money(amount, currency),
      unitPrice: money(putAmount, putCurrency),
      ...(returnedFrom !== null && { returnedFrom }),
    }));
  }

  /** The known products of these ids, with their prices. */
  items = async (productIds: readonly string[]): Promise<Map<string, Item>> => {
    const raw = await this.dataSource.query<Pick<LineRow, 'productId' | 'amount' | 'currency' | 'archived'>[]>(
      itemsOf,
      [productIds],
    );
    return new Map(
      raw.map(({ productId, amount, currency, archived }) => [
        productId,
        { productId, price: money(amount, currency), archived },
      ]),
    );
  };
}
