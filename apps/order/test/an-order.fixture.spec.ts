import { orderId, productId, userId } from '@tradewind/contracts';
import { isRejection, money, type Rejection } from '@tradewind/kernel';
import type { OrderLine } from '../src/domain/order-line.js';
import {
  cancel,
  confirm,
  place,
  reject,
  requestCancellation,
  type Order,
  type PendingOrder,
  type Purchase,
} from '../src/domain/order.js';

export const noon = new Date('2030-01-01T12:00:00.000Z');
export const later = new Date('2030-01-01T12:00:05.000Z');

export const anId = (number: number): string => `01990000-0000-7000-8000-${String(number).padStart(12, '0')}`;

export const aSealedText = (owner: string = anId(2)): string => `sealed:1:${owner}:${'n'.repeat(16)}:${'c'.repeat(30)}`;

export const aLine = (rest: Partial<OrderLine> = {}): OrderLine => ({
  productId: productId(anId(10)),
  name: 'WHITE HANGING HEART T-LIGHT HOLDER',
  quantity: 6,
  unitPrice: money(255, 'GBP'),
  ...rest,
});

export const aPurchase = (rest: Partial<Purchase> = {}): Purchase => ({
  orderId: orderId(anId(1)),
  userId: userId(anId(2)),
  lines: [aLine()],
  total: money(1530, 'GBP'),
  paymentMethod: 'sim_ok',
  shippingAddress: aSealedText(),
  ...rest,
});

export const accepted = (decided: Order | Rejection): Order => {
  if (isRejection(decided)) throw new TypeError(`the order rejects: ${decided.rejected}`);
  return decided;
};

export const aPendingOrder = (rest: Partial<Purchase> = {}): PendingOrder => place(aPurchase(rest), noon);
export const aConfirmedOrder = (): Order => accepted(confirm(aPendingOrder(), noon));
export const aRejectedOrder = (): Order =>
  accepted(
    reject(
      aPendingOrder(),
      { reason: 'out-of-stock', shortages: [{ productId: aLine().productId, quantity: 6, available: 2 }] },
      noon,
    ),
  );
export const anOrderBeingCancelled = (): Order => accepted(requestCancellation(aPendingOrder(), noon));
export const aCancelledOrder = (): Order => accepted(cancel(anOrderBeingCancelled(), noon));
