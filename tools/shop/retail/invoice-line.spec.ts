import { describe, expect, it } from '@jest/globals';
import { aLine, aRow } from './invoice-line.builder.js';
import { checkHeader, columns, InvalidInvoiceFile, readLine } from './invoice-line.js';

describe('a valid row', () => {
  it('is read with its price in pence and its customer without the decimal', () =>
    expect(aLine()).toEqual({
      line: 2,
      invoice: '536365',
      sku: '85123A',
      description: 'WHITE HANGING HEART',
      quantity: 6,
      at: '2010-12-01 08:26:00',
      price: 255,
      customer: '17850',
      country: 'United Kingdom',
      corrections: [],
    }));

  it('has no customer when the field is empty', () => expect(aLine({ CustomerID: '' })).not.toHaveProperty('customer'));

  it('has its code in capitals, listed as a correction', () =>
    expect(aLine({ StockCode: '85123a ' })).toMatchObject({ sku: '85123A', corrections: ['lower-case code'] }));

  it('has its price rounded to a penny, listed as a correction', () =>
    expect(aLine({ UnitPrice: '0.001' })).toMatchObject({ price: 0, corrections: ['price rounded to a penny'] }));

  it("has its description cut to the length of a product's name, listed as a correction", () => {
    const { description, corrections } = aLine({ Description: 'x'.repeat(201) });
    expect([description.length, corrections]).toEqual([200, ['long description cut']]);
  });

  it.each([
    ['13541.33', 1354133],
    ['0.29', 29],
    ['4', 400],
    ['-11062.06', -1106206],
    ['2.5500', 255],
  ])('reads %s pounds as %d pence', (price, pence) =>
    expect(aLine({ UnitPrice: price })).toMatchObject({ price: pence, corrections: [] }),
  );

  it('is trimmed and has no double blanks', () =>
    expect(aLine({ Description: ' PINK  BAG\n' }).description).toBe('PINK BAG'));
});

describe('an invalid row', () => {
  it.each([
    ['InvoiceNo', 'X536365', 'digits'],
    ['InvoiceNo', '', 'digits'],
    ['StockCode', ' ', 'a code'],
    ['Quantity', '1.5', 'a whole number'],
    ['Quantity', '1e308', 'a whole number'],
    ['Quantity', '', 'a whole number'],
    ['InvoiceDate', '2010-02-31 08:26:00', 'YYYY-MM-DD HH:MM:SS'],
    ['InvoiceDate', '1/12/2010 08:26', 'YYYY-MM-DD HH:MM:SS'],
    ['UnitPrice', '£2.55', 'a decimal number of pounds'],
    ['UnitPrice', 'NaN', 'a decimal number of pounds'],
    ['CustomerID', 'Smith', 'a number or nothing'],
    ['Description', 'A\0B', 'without control characters'],
    ['Country', 'C\uFFFDte', 'UTF-8'],
  ] as const)('is rejected with its line for the %s %j', (column, found, expected) => {
    const reading = (): unknown => readLine(aRow({ [column]: found }), 17);
    expect(reading).toThrow(InvalidInvoiceFile);
    expect(reading).toThrow(/^line 17: /);
    expect(reading).toThrow(expected);
    expect(reading).toThrow(column);
  });

  it('is rejected when a column is missing', () =>
    expect(() => readLine(aRow().slice(1), 3)).toThrow('line 3: expected 8 columns'));
});

describe('a header', () => {
  it('is accepted with the eight columns', () => expect(() => checkHeader([...columns], 1)).not.toThrow());

  it('is rejected with other columns, and the message has both', () =>
    expect(() => checkHeader(['Invoice', 'Price'], 1)).toThrow(
      'line 1: expected the header InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country, found "Invoice,Price"',
    ));
});
