import {
  PaymentDeclined,
  PaymentRefunded,
  PaymentTaken,
  RefundPayment,
  ReleaseStock,
  ReserveStock,
  SellStock,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  TakePayment,
} from '@tradewind/contracts';
import { pointOfNoReturn, said, saga, type Failure } from '@tradewind/saga';
import type { RejectionReason } from '../domain/fact.js';
import { cancel, confirm, reject, requestCancellation, type Order } from '../domain/order.js';
import { tell } from './tell.js';

/**
 * A buyer places an order: goods first, money second, promise last.
 * Silence is not a refusal: a step that timed out is undone too, for it may still happen.
 */
export const placeOrder = saga<Order, RejectionReason>('place-order', {
  version: 1,
  key: ({ orderId }) => orderId,
  steps: [
    {
      name: 'reserve stock',
      ask: ({ orderId, lines }) =>
        said(ReserveStock, { orderId, lines: lines.map(({ productId, quantity }) => ({ productId, quantity })) }),
      done: StockReserved,
      refused: StockRefused,
      because: () => 'out-of-stock',
      undo: ({ orderId }) => said(ReleaseStock, { orderId }),
      undone: StockReleased,
      within: '30s',
    },
    {
      name: 'take payment',
      ask: ({ orderId, userId, total, paymentMethod }) =>
        said(TakePayment, { orderId, userId, amount: total, method: paymentMethod }),
      done: PaymentTaken,
      refused: PaymentDeclined,
      because: () => 'payment-declined',
      undo: ({ orderId }) => said(RefundPayment, { orderId }),
      undone: PaymentRefunded,
      within: '2m',
    },
    pointOfNoReturn('confirm', (order, now) => tell(order, confirm(order, now))),
    {
      name: 'hand over the goods',
      ask: ({ orderId }) => said(SellStock, { orderId }),
      done: StockSold,
      within: '30s',
    },
  ],
  onCancel: (order, now) => tell(order, requestCancellation(order, now)),
  onFailed: (order, failure, now) =>
    tell(order, failure.because === 'cancelled' ? cancel(order, now) : reject(order, reasonOf(failure), now)),
});

const reasonOf = (failure: Exclude<Failure<RejectionReason>, { because: 'cancelled' }>): RejectionReason =>
  failure.because === 'refused' ? failure.reason : 'timed-out';
