import { isRejection } from '@tradewind/kernel';
import { answer, command, rows, save, publishAll, type HandlerContext } from '@tradewind/messaging';
import { changeAddress } from '../domain/order.js';
import { eventsOf } from '../sagas/order.changes.js';
import { Orders } from '../storage/order.tables.js';
import { unknownOrder, type OwnOrder } from './cancel-order.command.js';

interface NewAddress extends OwnOrder {
  /** Sealed. */
  readonly shippingAddress: string;
}

const load = { orders: rows(Orders, ({ orderId }: NewAddress) => [orderId]) };

/** Changes the address of a pending order. */
export const changeOrderAddress = command(
  'order.change-address',
  load,
  ({ orderId, userId, shippingAddress }: NewAddress, { orders, now }: HandlerContext<typeof load>) => {
    const order = orders.get(orderId);
    if (order?.userId !== userId) return unknownOrder;
    const changed = changeAddress(order, shippingAddress, now);
    if (isRejection(changed)) return changed;
    return save(Orders, changed)
      .and(publishAll(eventsOf(order, changed)))
      .and(answer({ orderId }));
  },
);
