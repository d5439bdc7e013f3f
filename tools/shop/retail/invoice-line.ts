/** A valid row of the file. */
export interface InvoiceLine {
  /** The last line of the row in the file, from 1. */
  readonly line: number;
  readonly invoice: string;
  /** In capitals: the file has both 85123A and 85123a for one article. */
  readonly sku: string;
  readonly description: string;
  readonly quantity: number;
  /** `YYYY-MM-DD HH:MM:SS`, as in the file. */
  readonly at: string;
  /** Price of one piece, in pence. */
  readonly price: number;
  /** Absent for a guest. */
  readonly customer?: string;
  readonly country: string;
  /** What the reader corrected. */
  readonly corrections: readonly Correction[];
}

export type Correction = 'lower-case code' | 'price rounded to a penny' | 'long description cut';

const nameLimit = 200;

export const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

/** The file does not have the expected format. The message has the line and the expected value. */
export class InvalidInvoiceFile extends Error {
  override readonly name = 'InvalidInvoiceFile';

  constructor(
    readonly line: number,
    expected: string,
    found: string,
  ) {
    super(`line ${line}: expected ${expected}, found ${shorten(found)}`);
  }
}

const shorten = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

export function checkHeader(fields: readonly string[], line: number): void {
  if (fields.join() !== columns.join())
    throw new InvalidInvoiceFile(line, `the header ${columns.join()}`, fields.join());
}

const unreadable = /[\p{Cc}\uFFFD]/u;

/** Throws InvalidInvoiceFile, with line and column, when a field is not valid. */
export function readLine(fields: readonly string[], line: number): InvoiceLine {
  if (fields.length !== columns.length)
    throw new InvalidInvoiceFile(
      line,
      `${columns.length} columns (${columns.join()})`,
      `${fields.length}: ${fields.join()}`,
    );
  const [invoice, code, description, quantity, at, price, customer, country] = fields.map((field) =>
    field.trim().replace(/\s+/g, ' '),
  ) as [string, string, string, string, string, string, string, string];
  const expect = (column: (typeof columns)[number], ok: boolean, expected: string): void => {
    if (!ok) throw new InvalidInvoiceFile(line, `${expected} as ${column}`, fields[columns.indexOf(column)]!);
  };
  for (const column of columns)
    expect(
      column,
      !unreadable.test(fields[columns.indexOf(column)]!.replace(/\s/g, '')),
      'UTF-8 text without control characters',
    );
  expect('InvoiceNo', /^[AC]?\d+$/.test(invoice), 'digits, with C or A before them or nothing,');
  expect('StockCode', code !== '' && code.length <= 100, 'a code of at most 100 characters');
  expect('Quantity', /^-?\d{1,9}$/.test(quantity), 'a whole number of at most nine digits');
  expect('InvoiceDate', isTime(at), 'a date and time YYYY-MM-DD HH:MM:SS');
  expect('UnitPrice', /^-?\d{1,9}(\.\d+)?$/.test(price), 'a decimal number of pounds');
  expect('CustomerID', /^(\d+(\.0)?)?$/.test(customer), 'a number or nothing');
  const pence = Math.round(Number(price) * 100);
  const sku = code.toUpperCase();
  const corrections: Correction[] = [];
  if (sku !== code) corrections.push('lower-case code');
  if (/\.\d\d\d*[1-9]/.test(price)) corrections.push('price rounded to a penny');
  if (description.length > nameLimit) corrections.push('long description cut');
  return {
    line,
    invoice,
    sku,
    description: description.slice(0, nameLimit),
    quantity: Number(quantity),
    at,
    price: pence,
    country,
    corrections,
    ...(customer !== '' && { customer: customer.replace(/\.0$/, '') }),
  };
}

/** False also for dates that do not exist, such as 31 February. */
function isTime(text: string): boolean {
  const iso = `${text.replace(' ', 'T')}.000Z`;
  const at = new Date(iso);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString() === iso;
}
