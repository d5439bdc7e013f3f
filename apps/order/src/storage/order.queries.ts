import { Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';
import type { OrderEvent } from '../domain/order-event.js';
import type { OrderLine } from '../domain/order-line.js';
import type { Order } from '../domain/order.js';

/** An order with its address still sealed. */
export interface OrderRow {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly status: Order['status'];
  readonly lines: readonly OrderLine[];
  readonly total: string;
  readonly goodwill: string;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly shippingAddress: string | null;
  readonly reason: string | null;
  readonly placedAt: Date;
  readonly confirmedAt: Date | null;
  readonly history: readonly OrderEvent[];
}

export type OrderSummaryRow = Omit<OrderRow, 'lines' | 'shippingAddress' | 'history'> & { readonly articles: number };

/** The part of an order that its event stream needs. */
export type HistoryRow = Pick<OrderRow, 'orderId' | 'userId' | 'status' | 'history'>;

/** How far an order is: what all event streams look at together. */
export type OrderProgress = Pick<OrderRow, 'orderId' | 'status'> & { readonly events: number };

/** The columns of an `OrderSummaryRow` without the number of articles. */
export const summary = `order_id as "orderId", user_id as "userId", status, total_amount as total, goodwill_amount as goodwill, total_currency as currency,
  payment_method as "paymentMethod", reason, placed_at as "placedAt", confirmed_at as "confirmedAt"`;
const complete = `select ${summary}, lines, shipping_address as "shippingAddress", history from orders where order_id = any($1::uuid[])`;
const completeWithOutcome = `${complete} and status in ('confirmed', 'rejected', 'cancelled')`;
const progress = `select order_id as "orderId", status, jsonb_array_length(history) as events from orders where order_id = any($1::uuid[])`;
const history = `select order_id as "orderId", user_id as "userId", status, history from orders where order_id = $1`;
const ofUser = `select ${summary}, jsonb_array_length(lines) as articles from orders
  where user_id = $1 and ($2::uuid is null or order_id < $2) order by order_id desc limit $3`;

const byId = <R extends { readonly orderId: string }>(rows: readonly R[]): Map<string, R> =>
  new Map(rows.map((row) => [row.orderId, row]));

@Injectable()
export class OrderQueries {
  constructor(private readonly dataSource: DataSource) {}

  readonly find = async (orderIds: readonly string[]): Promise<Map<string, OrderRow>> =>
    byId(await this.dataSource.query<OrderRow[]>(complete, [orderIds]));

  readonly withOutcome = async (orderIds: readonly string[]): Promise<Map<string, OrderRow>> =>
    byId(await this.dataSource.query<OrderRow[]>(completeWithOutcome, [orderIds]));

  readonly progress = async (orderIds: readonly string[]): Promise<Map<string, OrderProgress>> =>
    byId(await this.dataSource.query<OrderProgress[]>(progress, [orderIds]));

  async history(orderId: OrderId): Promise<HistoryRow | undefined> {
    return (await this.dataSource.query<HistoryRow[]>(history, [orderId]))[0];
  }

  /** Newest first, starting before the given order. */
  async ofUser(userId: UserId, before: OrderId | undefined, limit: number): Promise<OrderSummaryRow[]> {
    return this.dataSource.query<OrderSummaryRow[]>(ofUser, [userId, before ?? null, limit]);
  }
}
