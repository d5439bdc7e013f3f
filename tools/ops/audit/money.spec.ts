import { describe, expect, it } from '@jest/globals';
import { checkMoney, type MoneyFacts } from './money.js';
import { said } from '../testing/said.js';

const order = '01900000-0000-7000-8000-00000000000a';
const rejected = '01900000-0000-7000-8000-00000000000b';
const take = { operation: `${order}:take:1`, orderId: order, amount: 500, currency: 'GBP' };
const taken = { kind: 'take', key: take.operation, takeKey: take.operation, amount: 500, currency: 'GBP' } as const;

/** A confirmed order of 500 pence, paid once, and one that was rejected. */
const sound: MoneyFacts = {
  orders: new Map([
    [order, { status: 'confirmed', total: 500, linesTotal: 500, goodwill: 0 }],
    [rejected, { status: 'rejected', total: 70, linesTotal: 70, goodwill: 0 }],
  ]),
  payments: [
    { orderId: order, status: 'taken', captured: 500, refunded: 0, promised: 0 },
    { orderId: rejected, status: 'declined', captured: 0, refunded: 0, promised: 0 },
  ],
  bookings: [take],
  ledger: { lines: 2, unbalanced: [], doubled: [], owed: new Map([[order, 500]]) },
  provider: [taken],
  held: new Set(),
};
const refund = (amount: number) =>
  ({ kind: 'refund', key: `${order}:refund:1`, takeKey: taken.key, amount, currency: 'GBP' }) as const;
const bookedRefund = (amount: number) => ({
  operation: `${order}:refund:1`,
  orderId: order,
  amount: -amount,
  currency: 'GBP',
});
const found = (wrong: Partial<MoneyFacts>): string[] => said(checkMoney({ ...sound, ...wrong }));

describe('books that agree', () => {
  it('have no violation', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(checkMoney(sound).counted).toMatchObject({
      orders: 2,
      payments: 2,
      'ledger lines': 2,
      'pence captured': 500,
    }));
  it('agree with goodwill that was given', () =>
    expect(
      found({
        orders: new Map([[order, { status: 'confirmed', total: 500, linesTotal: 500, goodwill: 80 }]]),
        payments: [{ orderId: order, status: 'taken', captured: 500, refunded: 80, promised: 0 }],
        bookings: [take, bookedRefund(80)],
        provider: [taken, refund(80)],
      }),
    ).toEqual([]));
  it('have no line for what costs nothing', () =>
    expect(
      found({ provider: [taken, { ...taken, key: `${rejected}:take:1`, takeKey: `${rejected}:take:1`, amount: 0 }] }),
    ).toEqual([]));
});

describe('a take that happened twice outside', () => {
  const again = { ...taken, key: `${order}:take:2`, takeKey: `${order}:take:2` };
  it('is not what the order cost, and is in no ledger', () =>
    expect(found({ provider: [taken, again] })).toEqual([
      'confirmed: captured 1000 − refunded 0 ≠ total 500 − goodwill 0',
      '500 GBP 1 times more in the provider’s log and not in the ledger',
    ]));
  it('is found under the same key too', () =>
    expect(found({ provider: [taken, taken] })).toContain(
      '500 GBP 1 times more in the provider’s log and not in the ledger',
    ));
});

describe('a ledger that says something else', () => {
  it('is found where it booked twice', () =>
    expect(found({ bookings: [take, take] })).toEqual([
      'the payment has captured 500, refunded 0; the ledger 1000 and 0',
      '500 GBP 1 times more in the ledger and not in the provider’s log',
    ]));
  it('is found where it booked nothing', () => expect(found({ bookings: [] })).toHaveLength(2));
  it('is found where it does not balance', () =>
    expect(
      found({ ledger: { ...sound.ledger, unbalanced: [{ operation: take.operation, currency: 'GBP', sum: 3 }] } }),
    ).toEqual(['the ledger does not balance: 3 GBP too much']));
  it('is found where it posted twice', () =>
    expect(
      found({ ledger: { ...sound.ledger, doubled: [{ operation: take.operation, account: 'goodwill', lines: 2 }] } }),
    ).toEqual(['posted 2 times on goodwill']));
  it('is found where it owes the buyer something else', () =>
    expect(found({ ledger: { ...sound.ledger, owed: new Map([[order, 400]]) } })).toHaveLength(1));
});

describe('an order that did not come about', () => {
  const lost = { operation: `${rejected}:take:1`, orderId: rejected, amount: 70, currency: 'GBP' };
  const kept: Partial<MoneyFacts> = {
    bookings: [take, lost],
    provider: [taken, { kind: 'take', key: lost.operation, takeKey: lost.operation, amount: 70, currency: 'GBP' }],
    payments: [
      sound.payments[Symbol.iterator]().next().value!,
      { orderId: rejected, status: 'refunding', captured: 70, refunded: 0, promised: 0 },
    ],
  };
  it('may not keep the money', () =>
    expect(found(kept)).toEqual([
      'rejected: captured 70 − refunded 0 ≠ 0',
      'rejected, and the payment is left open: refunding',
    ]));
  it('may while an operator holds it', () => expect(found({ ...kept, held: new Set([rejected]) })).toEqual([]));
});

describe('single wrong facts', () => {
  it('more refunded than captured', () =>
    expect(found({ provider: [taken, refund(600)], bookings: [take, bookedRefund(600)] })).toContain(
      '600 refunded, only 500 captured',
    ));
  it('a total that its lines do not come to', () =>
    expect(
      found({
        orders: new Map([
          [order, { status: 'confirmed', total: 500, linesTotal: 499, goodwill: 0 }],
          [rejected, sound.orders.get(rejected)!],
        ]),
      }),
    ).toEqual(['its total is 500, its lines come to 499']));
  it('money of an unknown order', () =>
    expect(found({ orders: new Map([[rejected, sound.orders.get(rejected)!]]) })).toContain(
      '500 captured for an order that is not there',
    ));
  it('goodwill that was promised and not given', () =>
    expect(found({ payments: [{ orderId: order, status: 'taken', captured: 500, refunded: 0, promised: 5 }] })).toEqual(
      ['5 promised out of goodwill and not given'],
    ));
});

describe('without the log of the provider', () => {
  it('the ledger is asked', () =>
    expect(found({ provider: undefined, bookings: [] })).toContain(
      'confirmed: captured 0 − refunded 0 ≠ total 500 − goodwill 0',
    ));
});
