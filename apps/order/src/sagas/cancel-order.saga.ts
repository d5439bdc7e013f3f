import { PaymentRefunded, RefundPayment, StockTakenBack, TakeBackStock } from '@tradewind/contracts';
import { pointOfNoReturn, said, saga } from '@tradewind/saga';
import { cancel, requestCancellation, type Order } from '../domain/order.js';
import { tell } from './tell.js';

/**
 * The buyer of a confirmed order wants out: the money goes back, the goods come back. Once begun it can't fail.
 * It may begin before the goods are handed over: the product service hears of that first, for commands of one order keep their order.
 */
export const cancelOrder = saga<Order>('cancel-order', {
  version: 1,
  key: ({ orderId }) => orderId,
  steps: [
    pointOfNoReturn('accept the cancellation', (order, now) => tell(order, requestCancellation(order, now))),
    {
      name: 'give the money back',
      ask: ({ orderId }) => said(RefundPayment, { orderId }),
      done: PaymentRefunded,
      within: '2m',
    },
    {
      name: 'take the goods back',
      ask: ({ orderId }) => said(TakeBackStock, { orderId }),
      done: StockTakenBack,
      within: '30s',
    },
  ],
  onCompleted: (order, now) => tell(order, cancel(order, now)),
});
