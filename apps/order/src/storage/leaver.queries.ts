import { Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';

/** An order that was confirmed before its buyer left is kept. A checkout arrives within a week, or is cancelled while it is pending. */
const openOrders = `
select o.order_id as "orderId", o.user_id as "userId" from orders o join svc_data_keys k using (user_id)
where o.status = 'pending' and k.destroyed_at is not null
union all
select o.order_id, o.user_id from svc_data_keys k join orders o using (user_id)
where k.destroyed_at > now() - interval '7 days' and o.status = 'confirmed' and o.confirmed_at >= k.destroyed_at
limit 100`;

interface OrderOfLeaver {
  readonly orderId: OrderId;
  readonly userId: UserId;
}

@Injectable()
export class LeaverQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** Orders of people who left that must be cancelled. */
  openOrders(): Promise<OrderOfLeaver[]> {
    return this.dataSource.query<OrderOfLeaver[]>(openOrders);
  }
}
