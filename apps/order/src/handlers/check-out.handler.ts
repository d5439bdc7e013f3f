import { Controller } from '@nestjs/common';
import { CartCheckedOut } from '@tradewind/contracts';
import { isRefusal, Poison, sameMoney } from '@tradewind/kernel';
import { Handles, nothing, type Decision, type Given } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import { begin, loadOrder } from './order-sagas.js';

@Controller()
export class CheckOutHandler {
  /** A cart becomes an order, once, at the prices that its buyer has seen. */
  @Handles(CartCheckedOut, { load: loadOrder })
  place(checkedOut: CartCheckedOut, { orders, ...given }: Given<typeof loadOrder>): Decision {
    const { orderId, userId, lines, total, paymentMethod, shippingAddress } = checkedOut;
    if (orders.get(orderId)) return nothing();
    const sum = totalOf(lines);
    if (isRefusal(sum) || !sameMoney(sum, total))
      throw new Poison(`the total of order ${orderId} is not the sum of its lines`);
    return begin({ orderId, userId, lines, total, paymentMethod, shippingAddress }, given);
  }
}
