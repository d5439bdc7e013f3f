import { isRefusal } from '@tradewind/kernel';
import { answer, command, keys, save, sayAll, type Given } from '@tradewind/messaging';
import { changeAddress } from '../domain/order.js';
import { told } from '../sagas/tell.js';
import { Orders } from '../storage/order.tables.js';
import { unknownOrder, type OwnOrder } from './cancel-order.command.js';

interface NewAddress extends OwnOrder {
  /** Sealed. */
  readonly shippingAddress: string;
}

const load = { orders: keys(Orders, ({ orderId }: NewAddress) => [orderId]) };

/** Until it is confirmed, an order may go elsewhere. */
export const changeOrderAddress = command(
  'order.change-address',
  load,
  ({ orderId, userId, shippingAddress }: NewAddress, { orders, now }: Given<typeof load>) => {
    const order = orders.get(orderId);
    if (order?.userId !== userId) return unknownOrder;
    const changed = changeAddress(order, shippingAddress, now);
    if (isRefusal(changed)) return changed;
    return save(Orders, changed)
      .and(sayAll(told(order, changed)))
      .and(answer({ orderId }));
  },
);
