import { Controller } from '@nestjs/common';
import { CartCheckedOut } from '@tradewind/contracts';
import { isRejection, Poison, sameMoney } from '@tradewind/kernel';
import { Handles, nothing, rows, type Decision, type HandlerContext } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import { acceptPurchase } from '../commands/accept-purchase.js';
import { Orders } from '../storage/order.tables.js';

const load = { orders: rows(Orders, ({ orderId }: CartCheckedOut) => [orderId]) };

@Controller()
export class CheckOutHandler {
  /** Places the order of a checked-out cart, once, at the prices that the buyer has seen. */
  @Handles(CartCheckedOut, { load })
  place(checkedOut: CartCheckedOut, { orders, ...context }: HandlerContext<typeof load>): Decision {
    const { orderId, userId, lines, total, paymentMethod, shippingAddress } = checkedOut;
    if (orders.get(orderId)) return nothing();
    const sum = totalOf(lines);
    if (isRejection(sum) || !sameMoney(sum, total))
      throw new Poison(`the total of order ${orderId} is not the sum of its lines`);
    return acceptPurchase({ orderId, userId, lines, total, paymentMethod, shippingAddress }, context);
  }
}
