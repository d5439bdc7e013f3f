import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, rowsWhere, save, publishAll, type Decision, type HandlerContext } from '@tradewind/messaging';
import { destroyKey, keyOfForgotten } from '@tradewind/service';
import { eraseAddress } from '../domain/order.js';
import { eventsOf } from '../sagas/order.changes.js';
import { Orders } from '../storage/order.tables.js';

const load = {
  keys: keyOfForgotten,
  orders: rowsWhere(Orders, 'userId', ({ userId }: UserForgotten) => [userId]),
};

@Controller()
export class ForgetUserHandler {
  /** Destroys the user's data key and erases the address of each order. The orders are kept; `Leavers` cancels those that are not confirmed. */
  @Handles(UserForgotten, { load })
  forget(forgotten: UserForgotten, { keys, orders, now }: HandlerContext<typeof load>): Decision {
    const sealed = orders.all().filter((order) => order.shippingAddress !== undefined);
    const erased = sealed.map((order) => eraseAddress(order, now));
    return destroyKey(forgotten, keys, now)
      .and(save(Orders, ...erased))
      .and(publishAll(sealed.flatMap((order, index) => eventsOf(order, erased[index]!))));
  }
}
