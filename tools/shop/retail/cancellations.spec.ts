import { describe, expect, it } from '@jest/globals';
import { someLines } from './invoice-line.builder.js';
import { matchCancellations } from './cancellations.js';
import { groupInvoices } from './invoices.js';

const first = '2010-12-01';
const second = '2010-12-02';
const match = (rows: Parameters<typeof someLines>, days = [first, second]) =>
  matchCancellations(groupInvoices(someLines(...rows)).invoices, new Set(days));
const sale = (InvoiceNo: string, more = {}) => ({ InvoiceNo, ...more });
const cancellation = (InvoiceNo: string, more = {}) => ({
  InvoiceNo,
  Quantity: '-6',
  InvoiceDate: `${second} 09:00:00`,
  ...more,
});

describe('a cancellation with customer, articles and quantities of one earlier order', () => {
  it('cancels it', () =>
    expect(match([sale('1'), cancellation('C2')])).toEqual({ matched: new Map([['C2', '1']]), unmatched: [] }));

  it('cancels the latest of several, each at most once', () =>
    expect([...match([sale('1'), sale('2'), cancellation('C3'), cancellation('C4')]).matched]).toEqual([
      ['C3', '2'],
      ['C4', '1'],
    ]));

  it('ignores postage on either', () =>
    expect(
      match([sale('1'), sale('1', { StockCode: 'POST' }), cancellation('C2'), cancellation('C2', { StockCode: 'D' })])
        .matched.size,
    ).toBe(1));
});

describe('a cancellation that cancels no whole order', () => {
  const reasons = (...rows: Parameters<typeof someLines>) => match(rows).unmatched.map(({ reason }) => reason);

  it('returns a part', () =>
    expect(reasons(sale('1'), cancellation('C2', { Quantity: '-2' }))).toEqual(['partialReturn']));
  it('returns parts of several orders', () =>
    expect(reasons(sale('1'), sale('2'), cancellation('C3', { Quantity: '-12' }))).toEqual(['severalOrders']));
  it('returns one article of two', () =>
    expect(reasons(sale('1'), sale('1', { StockCode: '22086' }), cancellation('C2'))).toEqual(['partialReturn']));
  it('refers to a sale before the file', () => expect(reasons(cancellation('C2'))).toEqual(['beforeTheFile']));
  it('comes before the order', () =>
    expect(reasons(sale('1', { InvoiceDate: `${second} 10:00:00` }), cancellation('C2'))).toEqual(['beforeTheFile']));
  it("is another customer's", () =>
    expect(reasons(sale('1'), cancellation('C2', { CustomerID: '1' }))).toEqual(['beforeTheFile']));
  it('names no customer', () =>
    expect(reasons(sale('1', { CustomerID: '' }), cancellation('C2', { CustomerID: '' }))).toEqual(['noCustomer']));
  it('has nothing but a discount', () =>
    expect(reasons(cancellation('C2', { StockCode: 'D' }))).toEqual(['noArticle']));
});

describe('when only some days are simulated', () => {
  it('a cancellation of an order of another day has its own reason', () =>
    expect(match([sale('1'), cancellation('C2')], [second]).unmatched).toEqual([
      { invoice: 'C2', at: `${second} 09:00:00`, customer: '17850', reason: 'otherDay' },
    ]));

  it('a cancellation of another day is left out', () =>
    expect(match([sale('1'), cancellation('C2')], [first])).toEqual({ matched: new Map(), unmatched: [] }));
});
