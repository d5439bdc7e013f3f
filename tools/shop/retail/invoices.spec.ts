import { describe, expect, it } from '@jest/globals';
import { aLine, someLines } from './invoice-line.builder.js';
import { groupInvoices } from './invoices.js';
import { kindOf } from './kinds.js';

describe('a row', () => {
  it.each([
    ['sale', {}],
    ['sale', { CustomerID: '' }],
    ['sale', { StockCode: 'DCGS0076' }],
    ['cancellation', { InvoiceNo: 'C536379', Quantity: '-1' }],
    ['cancellation', { InvoiceNo: 'C536379', Quantity: '-1', UnitPrice: '0' }],
    ['oddCancellation', { InvoiceNo: 'C536379', Quantity: '1' }],
    ['adjustment', { InvoiceNo: 'A563185', StockCode: 'B' }],
    ['service', { StockCode: 'POST' }],
    ['service', { StockCode: 'm' }],
    ['service', { StockCode: 'gift_0001_40' }],
    ['service', { InvoiceNo: 'C536379', StockCode: 'D', Quantity: '-1' }],
    ['writeOff', { Quantity: '-10', UnitPrice: '0' }],
    ['free', { UnitPrice: '0.0' }],
    ['free', { UnitPrice: '0.001' }],
    ['negativePrice', { UnitPrice: '-5' }],
    ['zeroQuantity', { Quantity: '0' }],
  ] as const)('is of the kind %s with %j', (kind, fields) => expect(kindOf(aLine(fields))).toBe(kind));
});

describe('an article on several rows of one invoice', () => {
  const { rows, invoices } = groupInvoices(
    someLines({ Quantity: '2' }, { StockCode: '22086' }, { StockCode: '85123a', Quantity: '3', UnitPrice: '2.00' }),
  );

  it('is one item with the quantities and amounts added', () =>
    expect(invoices[0]!.items).toEqual([
      { sku: '22086', quantity: 6, invoiced: 1530 },
      { sku: '85123A', quantity: 5, invoiced: 1110 },
    ]));

  it('has a remark on each row except the first', () =>
    expect(rows.map((row) => row.remarks)).toEqual([
      [],
      [],
      ['lower-case code', 'same article again on one invoice: merged'],
    ]));
});

describe('an article with more than the largest quantity on one invoice', () => {
  const { rows, invoices } = groupInvoices(
    someLines({ Quantity: '99999' }, { StockCode: '22086' }, { Quantity: '2' }, { InvoiceNo: '9', Quantity: '100000' }),
  );

  it('is left out, and all its rows are counted', () =>
    expect(rows.map(({ kind }) => kind)).toEqual(['overLimit', 'sale', 'overLimit', 'sale']));
  it('does not affect the rest of the invoice', () =>
    expect(invoices[0]!.items.map(({ sku }) => sku)).toEqual(['22086']));
});

describe('an invoice with more articles than an order can have', () => {
  const { rows, invoices } = groupInvoices(
    someLines(...Array.from({ length: 1_002 }, (_, at) => ({ StockCode: String(10_000 + at) })), {
      StockCode: '10000',
    }),
  );

  it('keeps the first of them, and counts the rest', () => {
    expect(invoices[0]!.items).toHaveLength(1_000);
    expect(rows.filter(({ kind }) => kind === 'tooManyLines').map(({ line }) => line.sku)).toEqual(['11000', '11001']);
    expect(invoices[0]!.items[0]).toEqual({ sku: '10000', quantity: 12, invoiced: 3060 });
  });
});

describe('invoices', () => {
  it('are ordered by the time of their first row', () => {
    const { invoices } = groupInvoices(
      someLines(
        { InvoiceNo: '2', InvoiceDate: '2010-12-01 16:58:00' },
        { InvoiceNo: '1' },
        { InvoiceNo: '2', InvoiceDate: '2010-12-01 16:57:00' },
        { InvoiceNo: '0' },
      ),
    );
    expect(invoices.map(({ number, at }) => [number, at])).toEqual([
      ['1', '2010-12-01 08:26:00'],
      ['0', '2010-12-01 08:26:00'],
      ['2', '2010-12-01 16:57:00'],
    ]);
  });

  it('have positive quantities on a cancellation, and items for articles only', () => {
    const { invoices } = groupInvoices(
      someLines({ InvoiceNo: 'C1', Quantity: '-6' }, { InvoiceNo: 'C1', StockCode: 'POST', Quantity: '-1' }),
    );
    expect(invoices).toMatchObject([{ type: 'cancellation', items: [{ sku: '85123A', quantity: 6, invoiced: 1530 }] }]);
  });
});
