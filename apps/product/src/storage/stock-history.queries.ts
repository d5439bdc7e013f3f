import { Injectable } from '@nestjs/common';
import type { OrderId, ProductId, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';
import type { Reservation } from '../domain/reservation.js';
import type { StockChange } from '../domain/stock-change.js';

/** A change of a product's stock as an admin reads it. */
export interface StockChangeView {
  readonly number: number;
  readonly at: string;
  readonly cause: StockChange['cause'];
  readonly delta: number;
  readonly available: number;
  readonly reason?: string;
  readonly adjustedBy?: UserId;
  readonly orderId?: OrderId;
  /** What became of the order's pieces. */
  readonly reservation?: Reservation['status'];
}

interface ChangeRow {
  readonly number: string;
  readonly at: Date;
  readonly cause: StockChange['cause'];
  readonly delta: string;
  readonly available: string;
  readonly reason: string | null;
  readonly adjustedBy: UserId | null;
  readonly orderId: OrderId | null;
  readonly reservation: Reservation['status'] | null;
}

const changes = `select c.number, c.at, c.cause, c.delta, c.available, c.reason, c.adjusted_by as "adjustedBy", c.order_id as "orderId", r.status as reservation
from stock_changes c left join reservations r using (order_id) where c.product_id = $1 and c.number < $2 order by c.number desc limit $3`;

@Injectable()
export class StockHistoryQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** At most `limit` changes of a product, newest first, those before a number where one is given. Empty for an unknown product. */
  async changes(productId: ProductId, before: number | undefined, limit: number): Promise<StockChangeView[]> {
    const rows = await this.dataSource.query<ChangeRow[]>(changes, [
      productId,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    ]);
    return rows.map(({ number, at, cause, delta, available, reason, adjustedBy, orderId, reservation }) => ({
      number: Number(number),
      at: at.toISOString(),
      cause,
      delta: Number(delta),
      available: Number(available),
      ...(reason !== null && { reason }),
      ...(adjustedBy !== null && { adjustedBy }),
      ...(orderId !== null && { orderId }),
      ...(reservation !== null && { reservation }),
    }));
  }
}
