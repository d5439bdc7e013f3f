import { columns, readLine, type InvoiceLine } from './invoice-line.js';

type Fields = Partial<Record<(typeof columns)[number], string>>;

const defaults: Record<(typeof columns)[number], string> = {
  InvoiceNo: '536365',
  StockCode: '85123A',
  Description: 'WHITE HANGING HEART',
  Quantity: '6',
  InvoiceDate: '2010-12-01 08:26:00',
  UnitPrice: '2.55',
  CustomerID: '17850.0',
  Country: 'United Kingdom',
};

/** For tests: the fields of a row in the file, by default an ordinary sale. */
export const aRow = (fields: Fields = {}): string[] => columns.map((column) => fields[column] ?? defaults[column]);

/** For tests: a line, by default an ordinary sale. */
export const aLine = (fields: Fields = {}, line = 2): InvoiceLine => readLine(aRow(fields), line);

/** For tests: lines in the order of a file. */
export const someLines = (...rows: Fields[]): InvoiceLine[] => rows.map((fields, at) => aLine(fields, at + 2));
