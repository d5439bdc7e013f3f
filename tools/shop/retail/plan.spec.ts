import { beforeAll, describe, expect, it } from '@jest/globals';
import { shippedMonth } from '../shipped-month.js';
import { someLines } from './invoice-line.builder.js';
import type { InvoiceLine } from './invoice-line.js';
import { planOf, type Plan, type PlannedOrder } from './plan.js';
import { readInvoiceLines } from './read-invoice-lines.js';
import type { Count } from './row-counts.js';

const ordersOf = (plan: Plan): PlannedOrder[] => plan.actions.filter((action) => action.type === 'order');

const add = (counts: Count[]): Count =>
  counts.reduce((a, b) => ({ file: a.file + b.file, selected: a.selected + b.selected }), { file: 0, selected: 0 });

describe('the shipped month', () => {
  let lines: InvoiceLine[];
  let month: Plan;
  beforeAll(async () => {
    lines = [];
    for await (const line of readInvoiceLines(shippedMonth)) lines.push(line);
    month = planOf(lines, 'all', 1);
  });

  it('counts every row under exactly one kind', () => {
    for (const { rowCounts } of [month, planOf(lines, '1', 1), planOf(lines, '5-9', 1)])
      expect(add(Object.values(rowCounts.kinds))).toEqual(rowCounts.rows);
    expect(Object.fromEntries(Object.entries(month.rowCounts.kinds).map(([kind, { file }]) => [kind, file]))).toEqual({
      sale: 41_315,
      cancellation: 698,
      adjustment: 0,
      service: 195,
      writeOff: 70,
      free: 203,
      negativePrice: 0,
      zeroQuantity: 0,
      oddCancellation: 0,
      overLimit: 0,
      tooManyLines: 0,
    });
    expect(month.rowCounts.rows).toEqual({ file: 42_481, selected: 42_481 });
  });

  it('counts every invoice under exactly one type', () => {
    const { read, ...types } = month.rowCounts.invoices;
    expect(add(Object.values(types))).toEqual(read);
    expect(read.file).toBe(1_699 + 326);
  });

  it('has every piece of every sale in an order', () => {
    const pieces = lines.filter(
      (line) => !/^C/.test(line.invoice) && line.quantity > 0 && line.price > 0 && /^(\d{5}|DCGS)/.test(line.sku),
    );
    const sum = (quantities: number[]): number => quantities.reduce((a, b) => a + b, 0);
    expect(sum(ordersOf(month).flatMap((order) => order.lines.map(({ quantity }) => quantity)))).toBe(
      sum(pieces.map(({ quantity }) => quantity)),
    );
    expect(sum(ordersOf(month).map(({ invoiced }) => invoiced))).toBe(
      sum(pieces.map(({ quantity, price }) => quantity * price)),
    );
  });

  it('has every cancellation matched or listed with its reason', () => {
    const matched = month.actions.filter(({ type }) => type === 'cancel');
    expect(matched).toHaveLength(6);
    expect(matched.length + month.unmatched.length).toBe(month.rowCounts.invoices.cancellations.file);
  });

  it('has the sold quantities as opening stock, less for 2 % of the articles', () => {
    const ordered = new Map<string, number>();
    for (const { sku, quantity } of ordersOf(month).flatMap((order) => order.lines))
      ordered.set(sku, (ordered.get(sku) ?? 0) + quantity);
    const short = month.articles.filter(({ sku, stock }) => stock < ordered.get(sku)!);
    expect(month.articles.every(({ sku, stock }) => stock >= 0 && stock <= ordered.get(sku)!)).toBe(true);
    expect(short).toHaveLength(Math.round(month.articles.length * 0.02));
  });

  it('has 3 % of the orders cancelled by their buyers and 2 % with a declined card', () => {
    const orders = ordersOf(month);
    expect(orders).toHaveLength(1_550);
    expect(orders.filter(({ paymentMethod }) => paymentMethod === 'sim_declined')).toHaveLength(31);
    expect(orders.filter(({ cancels: changesMind }) => changesMind === 'while pending')).toHaveLength(24);
    expect(orders.filter(({ cancels: changesMind }) => changesMind === 'after confirmation')).toHaveLength(23);
    expect(
      orders.some(({ paymentMethod, cancels: changesMind }) => paymentMethod === 'sim_declined' && changesMind),
    ).toBe(false);
  });

  it('does not cancel or decline an order that the file cancels', () => {
    const cancelled = new Set(month.actions.flatMap((action) => (action.type === 'cancel' ? [action.order] : [])));
    const orders = ordersOf(month).filter(({ invoice }) => cancelled.has(invoice));
    expect(orders).toHaveLength(6);
    expect(orders.every(({ paymentMethod, cancels: changesMind }) => paymentMethod === 'sim_ok' && !changesMind)).toBe(
      true,
    );
  });

  it('has the same plan for the same seed, and another for another seed', () => {
    expect(planOf(lines, 'all', 1)).toEqual(month);
    expect(planOf(lines, 'all', 2)).not.toEqual(month);
  });

  it('has 127 orders of 101 buyers on its first day', () => {
    const day = planOf(lines, '1', 1);
    expect(day.days).toEqual(['2010-12-01']);
    expect(day.rowCounts.invoices.read.selected).toBe(143);
    expect(ordersOf(day)).toHaveLength(127);
    expect(new Set(ordersOf(day).map(({ buyer }) => buyer)).size).toBe(101);
  });
});

describe('a plan of a few rows', () => {
  const plan = planOf(
    someLines(
      { InvoiceNo: '1' },
      { InvoiceNo: '1', StockCode: '22086', UnitPrice: '1' },
      { InvoiceNo: '2', CustomerID: '', UnitPrice: '2.00', InvoiceDate: '2010-12-01 07:00:00' },
      { InvoiceNo: '3', StockCode: 'POST' },
      { InvoiceNo: '4', InvoiceDate: '2010-12-02 07:00:00' },
    ),
    '1',
    1,
  );

  it('has the orders of the chosen day by time, and an account for the guest', () =>
    expect(plan.actions.map(({ invoice, buyer }) => [invoice, buyer])).toEqual([
      ['2', 'guest-2'],
      ['1', 'customer-17850'],
    ]));

  it("has each order's total at the catalogue's prices and at the invoice's", () =>
    expect(plan.actions).toMatchObject([
      { total: 1530, invoiced: 1200 },
      { total: 2130, invoiced: 2130 },
    ]));

  it('has only the ordered articles', () => expect(plan.articles.map(({ sku }) => sku)).toEqual(['22086', '85123A']));
});
