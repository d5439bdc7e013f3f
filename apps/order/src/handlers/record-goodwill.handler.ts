import { Controller } from '@nestjs/common';
import { GoodwillRefunded } from '@tradewind/contracts';
import { Poison } from '@tradewind/kernel';
import { Handles, rows, nothing, save, publishAll, type Decision, type HandlerContext } from '@tradewind/messaging';
import { recordGoodwill } from '../domain/order.js';
import { eventsOf } from '../sagas/order.changes.js';
import { Orders } from '../storage/order.tables.js';

const load = { orders: rows(Orders, ({ orderId }: GoodwillRefunded) => [orderId]) };

@Controller()
export class RecordGoodwillHandler {
  /** Records a partial refund of a confirmed order, once a refund. */
  @Handles(GoodwillRefunded, { load })
  record({ orderId, refundId, amount }: GoodwillRefunded, { orders, now }: HandlerContext<typeof load>): Decision {
    const order = orders.get(orderId);
    if (!order) throw new Poison(`the order ${orderId} was never placed`);
    if (amount.currency !== order.total.currency || order.goodwill.amount + amount.amount > order.total.amount)
      throw new Poison(`the order ${orderId} costs less than what was refunded of it`);
    const recorded = recordGoodwill(order, refundId, amount, now);
    return recorded === order ? nothing() : save(Orders, recorded).and(publishAll(eventsOf(order, recorded)));
  }
}
