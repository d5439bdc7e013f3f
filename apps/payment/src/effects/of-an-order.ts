import type { OrderId } from '@tradewind/kernel';
import { keys } from '@tradewind/messaging';
import { Payments } from '../storage/payment.tables.js';

/** What an effect about the whole payment of an order carries: everything else stands in the row. */
export interface OfAnOrder {
  readonly orderId: OrderId;
}

export const itsPayment = { payments: keys(Payments, ({ orderId }: OfAnOrder) => [orderId]) };
