import { beforeAll, describe, expect, it } from '@jest/globals';
import { shippedMonth } from '../shipped-month.js';
import { someLines } from './a-line.js';
import type { InvoiceLine } from './invoice-line.js';
import { planOf, type Plan, type PlannedOrder } from './plan.js';
import { readInvoiceLines } from './read-invoice-lines.js';
import type { Count } from './tally.js';

const ordersOf = (plan: Plan): PlannedOrder[] => plan.actions.filter((action) => action.does === 'order');

const add = (counts: Count[]): Count =>
  counts.reduce((a, b) => ({ file: a.file + b.file, played: a.played + b.played }), { file: 0, played: 0 });

describe('the shipped month', () => {
  let lines: InvoiceLine[];
  let month: Plan;
  beforeAll(async () => {
    lines = [];
    for await (const line of readInvoiceLines(shippedMonth)) lines.push(line);
    month = planOf(lines, 'all', 1);
  });

  it('has every row counted under exactly one kind', () => {
    for (const { tally } of [month, planOf(lines, '1', 1), planOf(lines, '5-9', 1)])
      expect(add(Object.values(tally.kinds))).toEqual(tally.rows);
    expect(Object.fromEntries(Object.entries(month.tally.kinds).map(([kind, { file }]) => [kind, file]))).toEqual({
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
    expect(month.tally.rows).toEqual({ file: 42_481, played: 42_481 });
  });

  it('has every invoice counted under exactly one type', () => {
    const { read, ...types } = month.tally.invoices;
    expect(add(Object.values(types))).toEqual(read);
    expect(read.file).toBe(1_699 + 326);
  });

  it('has every row of a sale in an order, to the last piece', () => {
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

  it('has every cancellation either matched or listed with its reason', () => {
    const matched = month.actions.filter(({ does }) => does === 'cancel');
    expect(matched).toHaveLength(6);
    expect(matched.length + month.unmatched.length).toBe(month.tally.invoices.cancellations.file);
  });

  it('opens with the stock that is sold, less for two articles in a hundred', () => {
    const asked = new Map<string, number>();
    for (const { sku, quantity } of ordersOf(month).flatMap((order) => order.lines))
      asked.set(sku, (asked.get(sku) ?? 0) + quantity);
    const short = month.articles.filter(({ sku, stock }) => stock < asked.get(sku)!);
    expect(month.articles.every(({ sku, stock }) => stock >= 0 && stock <= asked.get(sku)!)).toBe(true);
    expect(short).toHaveLength(Math.round(month.articles.length * 0.02));
  });

  it('has three orders in a hundred cancelled by their buyers and two with a card that is declined', () => {
    const orders = ordersOf(month);
    expect(orders).toHaveLength(1_550);
    expect(orders.filter(({ paymentMethod }) => paymentMethod === 'sim_declined')).toHaveLength(31);
    expect(orders.filter(({ changesMind }) => changesMind === 'while pending')).toHaveLength(24);
    expect(orders.filter(({ changesMind }) => changesMind === 'after confirmation')).toHaveLength(23);
    expect(orders.some(({ paymentMethod, changesMind }) => paymentMethod === 'sim_declined' && changesMind)).toBe(
      false,
    );
  });

  it('lets an order that the file cancels be confirmed first', () => {
    const cancelled = new Set(month.actions.flatMap((action) => (action.does === 'cancel' ? [action.order] : [])));
    const theirs = ordersOf(month).filter(({ invoice }) => cancelled.has(invoice));
    expect(theirs).toHaveLength(6);
    expect(theirs.every(({ paymentMethod, changesMind }) => paymentMethod === 'sim_ok' && !changesMind)).toBe(true);
  });

  it('is the same plan for the same seed, and another for another', () => {
    expect(planOf(lines, 'all', 1)).toEqual(month);
    expect(planOf(lines, 'all', 2)).not.toEqual(month);
  });

  it('has 127 orders of 101 buyers on its first day', () => {
    const day = planOf(lines, '1', 1);
    expect(day.days).toEqual(['2010-12-01']);
    expect(day.tally.invoices.read.played).toBe(143);
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

  it('has the orders of the chosen day in the order of time, a guest with an account of its own', () =>
    expect(plan.actions.map(({ invoice, buyer }) => [invoice, buyer])).toEqual([
      ['2', 'guest-2'],
      ['1', 'customer-17850'],
    ]));

  it("has each order's total at the catalogue's prices beside what was invoiced", () =>
    expect(plan.actions).toMatchObject([
      { total: 1530, invoiced: 1200 },
      { total: 2130, invoiced: 2130 },
    ]));

  it('has only the articles that are ordered', () =>
    expect(plan.articles.map(({ sku }) => sku)).toEqual(['22086', '85123A']));
});
