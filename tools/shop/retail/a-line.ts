import { columns, readLine, type InvoiceLine } from './invoice-line.js';

type Fields = Partial<Record<(typeof columns)[number], string>>;

const ordinary: Record<(typeof columns)[number], string> = {
  InvoiceNo: '536365',
  StockCode: '85123A',
  Description: 'WHITE HANGING HEART',
  Quantity: '6',
  InvoiceDate: '2010-12-01 08:26:00',
  UnitPrice: '2.55',
  CustomerID: '17850.0',
  Country: 'United Kingdom',
};

/** The fields of a row as they stand in the file: an ordinary sale but for what is said. */
export const aRow = (fields: Fields = {}): string[] => columns.map((column) => fields[column] ?? ordinary[column]);

/** An ordinary sale but for what is said (for tests). */
export const aLine = (fields: Fields = {}, line = 2): InvoiceLine => readLine(aRow(fields), line);

/** Rows in the order of a file. */
export const someLines = (...rows: Fields[]): InvoiceLine[] => rows.map((fields, at) => aLine(fields, at + 2));
