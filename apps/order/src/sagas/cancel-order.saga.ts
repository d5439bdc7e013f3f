import { PaymentRefunded, RefundPayment, StockTakenBack, TakeBackStock } from '@tradewind/contracts';
import { pointOfNoReturn, message, defineSaga } from '@tradewind/saga';
import { cancel, requestCancellation, type Order } from '../domain/order.js';
import { Orders } from '../storage/order.tables.js';
import { outcomeOf } from './order.changes.js';
import { paymentMismatches, stockMismatches } from './reply-mismatches.js';

/**
 * Cancels a confirmed order: refund the payment, take back stock. Cannot fail after its start.
 * It may start before the goods are handed over: commands of one order keep their order, so the product service sells first.
 */
export const cancelOrder = defineSaga<Order>('cancel-order', Orders, {
  steps: [
    pointOfNoReturn('accept cancellation', (order, now) => outcomeOf(order, requestCancellation(order, now))),
    {
      name: 'refund payment',
      command: ({ orderId }) => message(RefundPayment, { orderId }),
      success: PaymentRefunded,
      mismatches: paymentMismatches,
      timeout: '2m',
    },
    {
      name: 'take back stock',
      command: ({ orderId }) => message(TakeBackStock, { orderId }),
      success: StockTakenBack,
      mismatches: stockMismatches,
      timeout: '30s',
    },
  ],
  onCompleted: (order, now) => outcomeOf(order, cancel(order, now)),
});
