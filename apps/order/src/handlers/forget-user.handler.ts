import { Controller } from '@nestjs/common';
import { UserForgotten } from '@tradewind/contracts';
import { Handles, matching, save, sayAll, type Decision, type Given } from '@tradewind/messaging';
import { eraseAddress } from '../domain/order.js';
import { told } from '../sagas/tell.js';
import { Orders } from '../storage/order.tables.js';

const load = { orders: matching(Orders, 'userId', ({ userId }: UserForgotten) => [userId]) };

@Controller()
export class ForgetUserHandler {
  /** The addresses of all the person's orders go; the orders themselves stay in the books. */
  @Handles(UserForgotten, { load })
  forget(_: UserForgotten, { orders, now }: Given<typeof load>): Decision {
    const open = orders.all().filter((order) => order.shippingAddress !== undefined);
    const erased = open.map((order) => eraseAddress(order, now));
    return save(Orders, ...erased).and(sayAll(open.flatMap((order, at) => told(order, erased[at]!))));
  }
}
