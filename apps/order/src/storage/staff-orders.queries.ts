import { Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/contracts';
import { uuidv7 } from '@tradewind/kernel';
import { DataSource } from 'typeorm';
import type { Order } from '../domain/order.js';
import { summary, type OrderSummaryRow } from './order.queries.js';

/** Which orders staff looks for. Every combination is read from an index in the order of the list. */
export interface OrderFilter {
  readonly status?: Order['status'] | undefined;
  readonly userId?: UserId | undefined;
  /** Accepted at this time or later. */
  readonly from?: Date | undefined;
  /** Accepted before this time. */
  readonly to?: Date | undefined;
}

const noRandomBytes = new Uint8Array(10);

/** The lowest id of an order that is accepted at this time: order ids are UUIDv7, so they sort by the time of their acceptance. */
const lowestIdAt = (time: Date): string => uuidv7(Math.max(0, time.getTime()), noRandomBytes);

/** When the shop accepted the order, by the time in its id. */
export const acceptedAt = (orderId: OrderId): Date =>
  new Date(Number.parseInt(orderId.slice(0, 8) + orderId.slice(9, 13), 16));

@Injectable()
export class StaffOrderQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, starting before the given order. */
  async list(filter: OrderFilter, before: OrderId | undefined, limit: number): Promise<OrderSummaryRow[]> {
    const conditions: readonly (readonly [condition: string, value: string | undefined])[] = [
      ['user_id =', filter.userId],
      ['status =', filter.status],
      ['order_id >=', filter.from && lowestIdAt(filter.from)],
      ['order_id <', filter.to && lowestIdAt(filter.to)],
      ['order_id <', before],
    ];
    const applied = conditions.filter(([, value]) => value !== undefined);
    const where = applied.map(([condition], index) => `${condition} $${index + 2}`).join(' and ');
    return this.dataSource.query<OrderSummaryRow[]>(
      `select ${summary}, jsonb_array_length(lines) as articles from orders ${where && `where ${where}`} order by order_id desc limit $1`,
      [limit, ...applied.map(([, value]) => value)],
    );
  }
}
