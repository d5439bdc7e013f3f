import { describe, expect, it } from '@jest/globals';
import { someLines } from '../retail/invoice-line.builder.js';
import { planOf } from '../retail/plan.js';
import type { PlacedOrder } from './place-order.js';
import { TradingResults } from './run-actions.js';
import { isSuccessful, summarise } from './summary.js';
import { summaryTable } from './summary-table.js';

const plan = planOf(
  someLines(
    ...['1', '2', '3', '4', '5'].map((InvoiceNo) => ({ InvoiceNo })),
    { InvoiceNo: 'C6', CustomerID: '1', Quantity: '-1' },
    { InvoiceNo: '7', StockCode: 'POST' },
  ),
  '1',
  1,
);
const facts = {
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

function resultsOf(...orders: PlacedOrder[]): TradingResults {
  const results = new TradingResults();
  orders.forEach((order, at) => results.orders.set(String(at + 1), order));
  return results;
}

const fiveOrders = [
  anOrder('confirmed', { confirmedAfter: 40 }),
  anOrder('confirmed', { confirmedAfter: 20 }),
  anOrder('rejected', { reason: 'out-of-stock' }),
  anOrder('cancelled'),
  anOrder('cancelled', { wasConfirmed: true, confirmedAfter: 90 }),
];

describe('a simulation in which every order had its outcome', () => {
  const summary = summarise(plan, resultsOf(...fiveOrders), facts);

  it('is successful', () => expect(isSuccessful(summary)).toBe(true));

  it('counts each order once', () =>
    expect(summary.orders).toEqual({
      planned: 5,
      placed: 5,
      confirmed: 2,
      rejected: { 'out-of-stock': 1 },
      cancelledWhilePending: 1,
      cancelledAfterConfirmation: 1,
      withoutOutcome: [],
      skipped: 0,
    }));

  it('has the revenue of the confirmed orders, and that of their invoices', () =>
    expect(summary.revenue).toEqual({ catalogue: 3_060, invoices: 3_000 }));

  it('has the speed, from every confirmation', () =>
    expect(summary.speed).toEqual({ seconds: 2, ordersPerSecond: 2.5, p50: 40, p99: 90, retries: 3 }));

  it('is printed as a table, one row a line', () => {
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

describe('a simulation with problems', () => {
  const lastAt = (order: PlacedOrder): PlacedOrder[] => [...fiveOrders.slice(0, 4), order];

  it('is not successful with an order without outcome, listed by its invoice', () => {
    const summary = summarise(plan, resultsOf(...lastAt(anOrder('pending'))), facts);
    expect(isSuccessful(summary)).toBe(false);
    expect(summary.orders.withoutOutcome).toEqual(['5']);
    expect(summaryTable(summary)).toContain('  5');
  });

  it('is not successful with an order that was not placed', () =>
    expect(isSuccessful(summarise(plan, resultsOf(...fiveOrders.slice(1)), facts))).toBe(false));

  it('is not successful with unexpected errors, of which the first few are printed', () => {
    const results = resultsOf(...fiveOrders);
    for (let at = 1; at <= 7; at++) results.errors.push({ invoice: String(at), message: '500' });
    const summary = summarise(plan, results, facts);
    expect(isSuccessful(summary)).toBe(false);
    expect(summaryTable(summary, 'report.json')).toEqual(
      expect.arrayContaining(['  invoice 5: 500', '  … and 2 more in report.json']),
    );
  });

  it('is not successful when the shop became unreachable', () => {
    const results = resultsOf(...fiveOrders);
    results.skipped = 9;
    expect(isSuccessful(summarise(plan, results, facts))).toBe(false);
    expect(summaryTable(summarise(plan, results, facts)).at(-1)).toMatch(/^9 orders and cancellations were skipped/);
  });
});
