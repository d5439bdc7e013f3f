/** One row of the file, read and checked. */
export interface InvoiceLine {
  /** The line of the file on which the row ends, counted from 1. */
  readonly line: number;
  readonly invoice: string;
  /** In capitals: the file writes one code now as 85123A, now as 85123a. */
  readonly sku: string;
  readonly description: string;
  readonly quantity: number;
  /** `YYYY-MM-DD HH:MM:SS`, as it stands in the file. */
  readonly at: string;
  /** Of one piece, in pence. */
  readonly price: number;
  /** Absent for a guest. */
  readonly customer?: string;
  readonly country: string;
  /** What had to be put right while reading. */
  readonly tidied: readonly Tidied[];
}

export type Tidied = 'lower-case code' | 'price rounded to a penny' | 'long description cut';

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

/** The file is not of the shape that the shop reads; names the line and what was expected there. */
export class NotOfTheShape extends Error {
  override readonly name = 'NotOfTheShape';

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
  if (fields.join() !== columns.join()) throw new NotOfTheShape(line, `the header ${columns.join()}`, fields.join());
}

const unreadable = /[\p{Cc}\uFFFD]/u;

/** Throws NotOfTheShape, naming line and column, when the fields are no invoice line. */
export function readLine(fields: readonly string[], line: number): InvoiceLine {
  if (fields.length !== columns.length)
    throw new NotOfTheShape(
      line,
      `${columns.length} columns (${columns.join()})`,
      `${fields.length}: ${fields.join()}`,
    );
  const [invoice, code, description, quantity, at, price, customer, country] = fields.map((field) =>
    field.trim().replace(/\s+/g, ' '),
  ) as [string, string, string, string, string, string, string, string];
  const expect = (column: (typeof columns)[number], ok: boolean, expected: string): void => {
    if (!ok) throw new NotOfTheShape(line, `${expected} as ${column}`, fields[columns.indexOf(column)]!);
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
  const tidied: Tidied[] = [];
  if (sku !== code) tidied.push('lower-case code');
  if (/\.\d\d\d*[1-9]/.test(price)) tidied.push('price rounded to a penny');
  if (description.length > nameLimit) tidied.push('long description cut');
  return {
    line,
    invoice,
    sku,
    description: description.slice(0, nameLimit),
    quantity: Number(quantity),
    at,
    price: pence,
    country,
    tidied,
    ...(customer !== '' && { customer: customer.replace(/\.0$/, '') }),
  };
}

/** Refuses the 31st of February too. */
function isTime(text: string): boolean {
  const iso = `${text.replace(' ', 'T')}.000Z`;
  const at = new Date(iso);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString() === iso;
}
