import type { OrderId } from '@tradewind/contracts';
import { rows } from '@tradewind/messaging';
import { Payments } from '../storage/payment.tables.js';

/** Payload of effects on the payment of an order; everything else is in the row. */
export interface OrderReference {
  readonly orderId: OrderId;
}

export const paymentOfOrder = { payments: rows(Payments, ({ orderId }: OrderReference) => [orderId]) };
