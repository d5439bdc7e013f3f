import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, rowsWhere, save, publishAll, type Decision, type HandlerContext } from '@tradewind/messaging';
import { eraseAddress } from '../domain/order.js';
import { eventsOf } from '../sagas/order.changes.js';
import { Orders } from '../storage/order.tables.js';

const load = { orders: rowsWhere(Orders, 'userId', ({ userId }: UserForgotten) => [userId]) };

@Controller()
export class ForgetUserHandler {
  /** Erases the address of each order of the user. The orders themselves are kept. */
  @Handles(UserForgotten, { load })
  forget(_: UserForgotten, { orders, now }: HandlerContext<typeof load>): Decision {
    const sealed = orders.all().filter((order) => order.shippingAddress !== undefined);
    const erased = sealed.map((order) => eraseAddress(order, now));
    return save(Orders, ...erased).and(publishAll(sealed.flatMap((order, index) => eventsOf(order, erased[index]!))));
  }
}
