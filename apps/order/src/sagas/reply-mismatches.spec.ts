import { describe, expect, it } from '@jest/globals';
import {
  PaymentDeclined,
  PaymentRefunded,
  PaymentTaken,
  productId,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
} from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import { isStep, mismatchesOf, type Saga } from '@tradewind/saga';
import { Rehearsal } from '@tradewind/saga/rehearse';
import { aConfirmedOrder, aLine, anId, aPendingOrder } from '../../test/an-order.fixture.spec.js';
import type { Order } from '../domain/order.js';
import { cancelOrder } from './cancel-order.saga.js';
import { placeOrder } from './place-order.saga.js';
import { paymentMismatches, stockMismatches } from './reply-mismatches.js';

const order = aPendingOrder({ lines: [aLine(), aLine({ productId: productId(anId(11)), quantity: 2 })] });
const [first, second] = order.lines.map(({ productId: id, quantity }) => ({ productId: id, quantity }));
const other = { productId: productId(anId(12)), quantity: 1 };
const lines = [first!, second!];

describe('a reply about stock', () => {
  it.each<[string, object, boolean]>([
    ['of the ordered lines', Object.assign(new StockReserved(), { lines }), true],
    ['of the ordered lines in another order', Object.assign(new StockReserved(), { lines: lines.toReversed() }), true],
    ['of too few pieces', Object.assign(new StockReserved(), { lines: [first, { ...second!, quantity: 1 }] }), false],
    ['without a line', Object.assign(new StockReserved(), { lines: [first] }), false],
    ['of a product that was not ordered', Object.assign(new StockReserved(), { lines: [...lines, other] }), false],
    ['released', Object.assign(new StockReleased(), { lines }), true],
    ['of which nothing was reserved', Object.assign(new StockReleased(), { lines: [] }), true],
    ['released in part', Object.assign(new StockReleased(), { lines: [first] }), false],
    ['that is short', Object.assign(new StockRefused(), { shortages: [{ ...first!, available: 0 }] }), true],
    [
      'that is short of another product',
      Object.assign(new StockRefused(), { shortages: [{ ...other, available: 0 }] }),
      false,
    ],
    ['sold', Object.assign(new StockSold(), { lines }), true],
    ['sold in part', Object.assign(new StockSold(), { lines: [first] }), false],
    ['taken back', Object.assign(new StockTakenBack(), { lines }), true],
    ['taken back in part', Object.assign(new StockTakenBack(), { lines: [first] }), false],
    ['of which nothing was taken back', Object.assign(new StockTakenBack(), { lines: [] }), false],
  ])('%s', (_, reply, matches) => expect(stockMismatches(order, reply)).toHaveLength(matches ? 0 : 1));
});

describe('a reply about money', () => {
  it.each<[string, object, boolean]>([
    ['taken in full', Object.assign(new PaymentTaken(), { amount: order.total }), true],
    ['taken: a penny', Object.assign(new PaymentTaken(), { amount: money(1, 'GBP') }), false],
    ['taken: too much', Object.assign(new PaymentTaken(), { amount: money(order.total.amount + 1, 'GBP') }), false],
    [
      'taken in another currency',
      Object.assign(new PaymentTaken(), { amount: money(order.total.amount, 'EUR') }),
      false,
    ],
    ['refunded in full', Object.assign(new PaymentRefunded(), { amount: order.total }), true],
    ['of which nothing was taken', Object.assign(new PaymentRefunded(), { amount: money(0, 'GBP') }), true],
    [
      'refunded: too much',
      Object.assign(new PaymentRefunded(), { amount: money(order.total.amount + 1, 'GBP') }),
      false,
    ],
    ['refunded in another currency', Object.assign(new PaymentRefunded(), { amount: money(0, 'EUR') }), false],
    ['declined', new PaymentDeclined(), true],
  ])('%s', (_, reply, matches) => expect(paymentMismatches(order, reply)).toHaveLength(matches ? 0 : 1));
});

describe.each<[string, string, Saga<Order>, Order, new () => object]>([
  ['place an order', 'reserve stock', placeOrder, order, StockReserved],
  ['place an order', 'reserve stock', placeOrder, order, StockRefused],
  ['place an order', 'take payment', placeOrder, order, PaymentTaken],
  ['place an order', 'sell stock', placeOrder, order, StockSold],
  ['cancel an order', 'refund payment', cancelOrder, aConfirmedOrder(), PaymentRefunded],
  ['cancel an order', 'take back stock', cancelOrder, aConfirmedOrder(), StockTakenBack],
])('to %s, the step "%s"', (_, step, saga, subject, Reply) => {
  it('refuses a reply about something else', () => {
    const { state } = new Rehearsal(saga, subject);
    const reply = Object.assign(new Reply(), {
      lines: [other],
      shortages: [{ ...other, available: 0 }],
      amount: money(1, 'EUR'),
    });
    expect(mismatchesOf(saga, { ...state, step }, subject, reply)).toHaveLength(1);
  });
});

describe('every step that has a reply', () => {
  it.each([placeOrder, cancelOrder])('of $name compares it with what was asked for', ({ steps }) =>
    expect(steps.filter(isStep).filter(({ mismatches }) => !mismatches)).toEqual([]),
  );
});
