import { describe, expect, it } from '@jest/globals';
import { someLines } from './a-line.js';
import { matchCancellations } from './cancellations.js';
import { keepBooks } from './invoices.js';

const first = '2010-12-01';
const second = '2010-12-02';
const match = (rows: Parameters<typeof someLines>, days = [first, second]) =>
  matchCancellations(keepBooks(someLines(...rows)).invoices, new Set(days));
const sale = (InvoiceNo: string, more = {}) => ({ InvoiceNo, ...more });
const back = (InvoiceNo: string, more = {}) => ({
  InvoiceNo,
  Quantity: '-6',
  InvoiceDate: `${second} 09:00:00`,
  ...more,
});

describe('a cancellation with customer, articles and quantities of one earlier order', () => {
  it('cancels it', () =>
    expect(match([sale('1'), back('C2')])).toEqual({ matched: new Map([['C2', '1']]), unmatched: [] }));

  it('cancels the latest of several, each at most once', () =>
    expect([...match([sale('1'), sale('2'), back('C3'), back('C4')]).matched]).toEqual([
      ['C3', '2'],
      ['C4', '1'],
    ]));

  it('does not mind postage on either', () =>
    expect(
      match([sale('1'), sale('1', { StockCode: 'POST' }), back('C2'), back('C2', { StockCode: 'D' })]).matched.size,
    ).toBe(1));
});

describe('a cancellation that cancels no whole order', () => {
  const why = (...rows: Parameters<typeof someLines>) => match(rows).unmatched.map((one) => one.why);

  it('gives back a part', () => expect(why(sale('1'), back('C2', { Quantity: '-2' }))).toEqual(['partialReturn']));
  it('gives back parts of several orders', () =>
    expect(why(sale('1'), sale('2'), back('C3', { Quantity: '-12' }))).toEqual(['severalOrders']));
  it('gives back one article of two', () =>
    expect(why(sale('1'), sale('1', { StockCode: '22086' }), back('C2'))).toEqual(['partialReturn']));
  it('refers to a sale before the file', () => expect(why(back('C2'))).toEqual(['beforeTheFile']));
  it('comes before the order', () =>
    expect(why(sale('1', { InvoiceDate: `${second} 10:00:00` }), back('C2'))).toEqual(['beforeTheFile']));
  it("is another customer's", () => expect(why(sale('1'), back('C2', { CustomerID: '1' }))).toEqual(['beforeTheFile']));
  it('names no customer', () =>
    expect(why(sale('1', { CustomerID: '' }), back('C2', { CustomerID: '' }))).toEqual(['noCustomer']));
  it('has nothing but a discount', () => expect(why(back('C2', { StockCode: 'D' }))).toEqual(['noArticle']));
});

describe('when only some days are played', () => {
  it('a cancellation of an order of another day is told apart', () =>
    expect(match([sale('1'), back('C2')], [second]).unmatched).toEqual([
      { invoice: 'C2', at: `${second} 09:00:00`, customer: '17850', why: 'notPlayed' },
    ]));

  it('a cancellation of another day is left out', () =>
    expect(match([sale('1'), back('C2')], [first])).toEqual({ matched: new Map(), unmatched: [] }));
});
