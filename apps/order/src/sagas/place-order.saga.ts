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
import { pointOfNoReturn, message, defineSaga, type Failure } from '@tradewind/saga';
import type { RejectionCause } from '../domain/order-event.js';
import { cancel, confirm, reject, requestCancellation, type Order } from '../domain/order.js';
import { Orders } from '../storage/order.tables.js';
import { outcomeOf } from './order.changes.js';
import { paymentMismatches, stockMismatches } from './reply-mismatches.js';

/**
 * Places an order: reserve stock, take the payment, confirm.
 * A step that timed out is compensated too, because it may still succeed.
 */
export const placeOrder = defineSaga<Order, RejectionCause>('place-order', Orders, {
  steps: [
    {
      name: 'reserve stock',
      command: ({ orderId, lines }) =>
        message(ReserveStock, { orderId, lines: lines.map(({ productId, quantity }) => ({ productId, quantity })) }),
      success: StockReserved,
      failure: StockRefused,
      failureReason: ({ shortages = [] }: StockRefused) => ({ reason: 'out-of-stock', shortages }),
      compensation: ({ orderId }) => message(ReleaseStock, { orderId }),
      compensated: StockReleased,
      mismatches: stockMismatches,
      timeout: '30s',
    },
    {
      name: 'take payment',
      command: ({ orderId, userId, total, paymentMethod }) =>
        message(TakePayment, { orderId, userId, amount: total, method: paymentMethod }),
      success: PaymentTaken,
      failure: PaymentDeclined,
      failureReason: () => ({ reason: 'payment-declined' }),
      compensation: ({ orderId }) => message(RefundPayment, { orderId }),
      compensated: PaymentRefunded,
      mismatches: paymentMismatches,
      timeout: '2m',
    },
    pointOfNoReturn('confirm', (order, now) => outcomeOf(order, confirm(order, now))),
    {
      name: 'sell stock',
      command: ({ orderId }) => message(SellStock, { orderId }),
      success: StockSold,
      mismatches: stockMismatches,
      timeout: '30s',
    },
  ],
  onCancel: (order, now) => outcomeOf(order, requestCancellation(order, now)),
  onFailed: (order, failure, now) =>
    outcomeOf(order, failure.kind === 'cancelled' ? cancel(order, now) : reject(order, causeOf(failure), now)),
});

const causeOf = (failure: Exclude<Failure<RejectionCause>, { kind: 'cancelled' }>): RejectionCause =>
  failure.kind === 'failed' ? failure.reason : { reason: 'timed-out' };
