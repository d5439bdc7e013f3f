import { describe, expect, it } from '@jest/globals';
import { checkMoney, type MoneyFacts } from './money.js';
import { textsOf } from './violation-texts.js';

const order = '01900000-0000-7000-8000-00000000000a';
const rejected = '01900000-0000-7000-8000-00000000000b';
const take = { operation: `${order}:take:1`, orderId: order, amount: 500n, currency: 'GBP' };
const taken = { kind: 'take', key: take.operation, takeKey: take.operation, amount: 500n, currency: 'GBP' } as const;

/** A confirmed order of 500 pence, paid once, and one that was rejected. */
const sound: MoneyFacts = {
  orders: new Map([
    [order, { status: 'confirmed', total: 500n, linesTotal: 500n, goodwill: 0n }],
    [rejected, { status: 'rejected', total: 70n, linesTotal: 70n, goodwill: 0n }],
  ]),
  payments: [
    { orderId: order, status: 'taken', captured: 500n, refunded: 0n, pendingGoodwill: 0n },
    { orderId: rejected, status: 'declined', captured: 0n, refunded: 0n, pendingGoodwill: 0n },
  ],
  bookings: [take],
  ledger: { lines: 2, unbalanced: [], doubled: [], owed: [{ orderId: order, amount: 500n }] },
  provider: [taken],
  waiting: new Set(),
};
const refund = (amount: bigint) =>
  ({ kind: 'refund', key: `${order}:refund:1`, takeKey: taken.key, amount, currency: 'GBP' }) as const;
const bookedRefund = (amount: bigint) => ({
  operation: `${order}:refund:1`,
  orderId: order,
  amount: -amount,
  currency: 'GBP',
});
const found = (wrong: Partial<MoneyFacts>): string[] => textsOf(checkMoney({ ...sound, ...wrong }));

describe('records that agree', () => {
  it('have no violation', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(checkMoney(sound).counted).toMatchObject({
      orders: 2,
      payments: 2,
      'ledger lines': 2,
      'pence captured': 500n,
    }));
  it('agree with refunded goodwill', () =>
    expect(
      found({
        orders: new Map([[order, { status: 'confirmed', total: 500n, linesTotal: 500n, goodwill: 80n }]]),
        payments: [{ orderId: order, status: 'taken', captured: 500n, refunded: 80n, pendingGoodwill: 0n }],
        bookings: [take, bookedRefund(80n)],
        provider: [taken, refund(80n)],
      }),
    ).toEqual([]));
  it('have no line for a total of zero', () =>
    expect(
      found({ provider: [taken, { ...taken, key: `${rejected}:take:1`, takeKey: `${rejected}:take:1`, amount: 0n }] }),
    ).toEqual([]));
});

describe('a take that happened twice at the provider', () => {
  const second = { ...taken, key: `${order}:take:2`, takeKey: `${order}:take:2` };
  it('exceeds the order’s total, and is not in the ledger', () =>
    expect(found({ provider: [taken, second] })).toEqual([
      'confirmed: captured 1000 − refunded 0 ≠ total 500 − goodwill 0',
      '500 GBP 1 times more in the provider’s log and not in the ledger',
    ]));
  it('is reported with the same key as well', () =>
    expect(found({ provider: [taken, taken] })).toContain(
      '500 GBP 1 times more in the provider’s log and not in the ledger',
    ));
});

describe('a ledger that disagrees', () => {
  it('booked twice', () =>
    expect(found({ bookings: [take, take] })).toEqual([
      'the payment has captured 500, refunded 0; the ledger 1000 and 0',
      '500 GBP 1 times more in the ledger and not in the provider’s log',
    ]));
  it('booked nothing', () => expect(found({ bookings: [] })).toHaveLength(2));
  it('does not balance', () =>
    expect(
      found({ ledger: { ...sound.ledger, unbalanced: [{ operation: take.operation, currency: 'GBP', sum: 3n }] } }),
    ).toEqual(['the ledger does not balance: 3 GBP too much']));
  it('posted twice', () =>
    expect(
      found({ ledger: { ...sound.ledger, doubled: [{ operation: take.operation, account: 'goodwill', lines: 2 }] } }),
    ).toEqual(['posted 2 times on goodwill']));
  it('has another amount paid by the buyer', () =>
    expect(found({ ledger: { ...sound.ledger, owed: [{ orderId: order, amount: 400n }] } })).toHaveLength(1));
});

describe('a rejected order', () => {
  const booking = { operation: `${rejected}:take:1`, orderId: rejected, amount: 70n, currency: 'GBP' };
  const unrefunded: Partial<MoneyFacts> = {
    bookings: [take, booking],
    provider: [
      taken,
      { kind: 'take', key: booking.operation, takeKey: booking.operation, amount: 70n, currency: 'GBP' },
    ],
    payments: [
      sound.payments[Symbol.iterator]().next().value!,
      { orderId: rejected, status: 'refunding', captured: 70n, refunded: 0n, pendingGoodwill: 0n },
    ],
  };
  it('does not keep the money', () =>
    expect(found(unrefunded)).toEqual([
      'rejected: captured 70 − refunded 0 ≠ 0',
      'rejected, and the payment is still open: refunding',
    ]));
  it('may keep it while it waits for an operator', () =>
    expect(found({ ...unrefunded, waiting: new Set([rejected]) })).toEqual([]));
});

describe('a single wrong fact', () => {
  it('is more refunded than captured', () =>
    expect(found({ provider: [taken, refund(600n)], bookings: [take, bookedRefund(600n)] })).toContain(
      '600 refunded, only 500 captured',
    ));
  it('is a total that is not the sum of its lines', () =>
    expect(
      found({
        orders: new Map([
          [order, { status: 'confirmed', total: 500n, linesTotal: 499n, goodwill: 0n }],
          [rejected, sound.orders.get(rejected)!],
        ]),
      }),
    ).toEqual(['its total is 500, the sum of its lines 499']));
  it('is money of an unknown order', () =>
    expect(found({ orders: new Map([[rejected, sound.orders.get(rejected)!]]) })).toContain(
      '500 captured for an order that does not exist',
    ));
  it('is goodwill that was granted and not refunded', () =>
    expect(
      found({ payments: [{ orderId: order, status: 'taken', captured: 500n, refunded: 0n, pendingGoodwill: 5n }] }),
    ).toEqual(['5 of goodwill granted and not refunded']));
});

describe('without the provider’s log', () => {
  it('the ledger is checked', () =>
    expect(found({ provider: undefined, bookings: [] })).toContain(
      'confirmed: captured 0 − refunded 0 ≠ total 500 − goodwill 0',
    ));
});

describe('sums above 2^53', () => {
  const large = 2n ** 53n;
  const facts: Partial<MoneyFacts> = {
    orders: new Map([[order, { status: 'confirmed', total: large + 1n, linesTotal: large + 1n, goodwill: 0n }]]),
    payments: [{ orderId: order, status: 'taken', captured: large + 1n, refunded: 0n, pendingGoodwill: 0n }],
    bookings: [{ ...take, amount: large + 1n }],
    ledger: { ...sound.ledger, owed: [{ orderId: order, amount: large + 1n }] },
    provider: [{ ...taken, amount: large + 1n }],
  };
  it('are exact', () => {
    expect(found(facts)).toEqual([]);
    const other = { ...taken, key: `${rejected}:take:1`, takeKey: `${rejected}:take:1`, amount: large };
    expect(
      checkMoney({ ...sound, ...facts, provider: [{ ...taken, amount: large + 1n }, other] }).counted,
    ).toMatchObject({ 'pence captured': 2n * large + 1n });
  });
  it('differ by one penny', () =>
    expect(found({ ...facts, provider: [{ ...taken, amount: large }] })).toContain(
      'confirmed: captured 9007199254740992 − refunded 0 ≠ total 9007199254740993 − goodwill 0',
    ));
});
