import { Controller } from '@nestjs/common';
import { GoodwillRefunded } from '@tradewind/contracts';
import { Poison } from '@tradewind/kernel';
import { Handles, keys, nothing, save, sayAll, type Decision, type Given } from '@tradewind/messaging';
import { recordGoodwill } from '../domain/order.js';
import { told } from '../sagas/tell.js';
import { Orders } from '../storage/order.tables.js';

const load = { orders: keys(Orders, ({ orderId }: GoodwillRefunded) => [orderId]) };

@Controller()
export class RecordGoodwillHandler {
  /** Part of the money went back while the order stands: its books show it, once a refund. */
  @Handles(GoodwillRefunded, { load })
  record({ orderId, refundId, amount }: GoodwillRefunded, { orders, now }: Given<typeof load>): Decision {
    const order = orders.get(orderId);
    if (!order) throw new Poison(`the order ${orderId} was never placed`);
    const recorded = recordGoodwill(order, refundId, amount, now);
    return recorded === order ? nothing() : save(Orders, recorded).and(sayAll(told(order, recorded)));
  }
}
