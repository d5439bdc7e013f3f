import { describe, expect, it } from '@jest/globals';
import { someLines } from '../retail/a-line.js';
import { planOf } from '../retail/plan.js';
import type { PlacedOrder } from './place-order.js';
import { Ledger } from './play-orders.js';
import { isWell, summarise } from './summary.js';
import { summaryTable } from './table.js';

const plan = planOf(
  someLines(
    ...['1', '2', '3', '4', '5'].map((InvoiceNo) => ({ InvoiceNo })),
    { InvoiceNo: 'C6', CustomerID: '1', Quantity: '-1' },
    { InvoiceNo: '7', StockCode: 'POST' },
  ),
  '1',
  1,
);
const played = {
  seed: 1,
  articles: { added: 1, known: 0 },
  buyers: { registered: 1, known: 0 },
  seconds: 2,
  retries: 3,
};
const anOrder = (status: string, more: Partial<PlacedOrder> = {}): PlacedOrder => ({
  orderId: '0',
  total: 1_530,
  invoiced: 1_500,
  status,
  wasConfirmed: status === 'confirmed',
  ...more,
});

function aLedger(...orders: PlacedOrder[]): Ledger {
  const ledger = new Ledger();
  orders.forEach((order, at) => ledger.orders.set(String(at + 1), order));
  return ledger;
}

const fiveOrders = [
  anOrder('confirmed', { confirmedAfter: 40 }),
  anOrder('confirmed', { confirmedAfter: 20 }),
  anOrder('rejected', { reason: 'out-of-stock' }),
  anOrder('cancelled'),
  anOrder('cancelled', { wasConfirmed: true, confirmedAfter: 90 }),
];

describe('a play in which every order had its outcome', () => {
  const summary = summarise(plan, aLedger(...fiveOrders), played);

  it('is well', () => expect(isWell(summary)).toBe(true));

  it('has each order counted once', () =>
    expect(summary.orders).toEqual({
      planned: 5,
      placed: 5,
      confirmed: 2,
      rejected: { 'out-of-stock': 1 },
      cancelledWhilePending: 1,
      cancelledAfterConfirmation: 1,
      withoutOutcome: [],
      notPlayed: 0,
    }));

  it('has the revenue of the orders that stand, beside that of their invoices', () =>
    expect(summary.revenue).toEqual({ catalogue: 3_060, invoices: 3_000 }));

  it('has the speed, with every confirmation in it', () =>
    expect(summary.speed).toEqual({ seconds: 2, ordersPerSecond: 2.5, p50: 40, p99: 90, retries: 3 }));

  it('is told as a table, a row a line', () => {
    const lines = summaryTable(summary, 'report.json').map((line) => line.replace(/ {2,}/g, '  ').trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'invoices  7  7',
        'orders  5  5',
        'sale of an article  5  5',
        'postage, fee, discount, sample or voucher, not an article  1  1',
        'refers to a sale before the file  1',
        'C6 of 2010-12-01 08:26:00, customer 1: refers to a sale before the file',
        'rejected: out-of-stock  1',
        'revenue of the confirmed orders  £30.60',
        'difference: one price per article  £0.60 (2.0 %)',
        'orders/s  2.5 in 2.0 s',
        'checkout to confirmed, p50 / p99  40 / 90 ms',
      ]),
    );
  });
});

describe('a play that went wrong', () => {
  const lastAt = (order: PlacedOrder): PlacedOrder[] => [...fiveOrders.slice(0, 4), order];

  it('is not well with an order without outcome, which is named by its invoice', () => {
    const summary = summarise(plan, aLedger(...lastAt(anOrder('pending'))), played);
    expect(isWell(summary)).toBe(false);
    expect(summary.orders.withoutOutcome).toEqual(['5']);
    expect(summaryTable(summary)).toContain('  5');
  });

  it('is not well with an order that could not be placed', () =>
    expect(isWell(summarise(plan, aLedger(...fiveOrders.slice(1)), played))).toBe(false));

  it('is not well with an unexpected error, of which the first few are told', () => {
    const ledger = aLedger(...fiveOrders);
    for (let at = 1; at <= 7; at++) ledger.mishaps.push({ invoice: String(at), what: '500' });
    const summary = summarise(plan, ledger, played);
    expect(isWell(summary)).toBe(false);
    expect(summaryTable(summary, 'report.json')).toEqual(
      expect.arrayContaining(['  invoice 5: 500', '  … and 2 more in report.json']),
    );
  });

  it('says so when the shop was lost', () => {
    const ledger = aLedger(...fiveOrders);
    ledger.notPlayed = 9;
    expect(isWell(summarise(plan, ledger, played))).toBe(false);
    expect(summaryTable(summarise(plan, ledger, played)).at(-1)).toMatch(/^9 orders and cancellations were not played/);
  });
});
