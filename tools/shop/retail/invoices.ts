import { groupBy } from './group-by.js';
import type { InvoiceLine, Correction } from './invoice-line.js';
import { kindOf, lineLimit, quantityLimit, type Kind } from './kinds.js';

/** Remarks on rows of the kind `sale`; a row can have several. */
export type Remark =
  Correction | 'no customer: bought by a guest' | 'same article again on one invoice: merged' | 'no description';

export interface ClassifiedRow {
  readonly line: InvoiceLine;
  readonly kind: Kind;
  readonly remarks: readonly Remark[];
}

/** An article of an invoice, its rows merged. Quantities are positive, on a cancellation too. */
export interface Item {
  readonly sku: string;
  readonly quantity: number;
  /** The amount on the invoice, in pence. */
  readonly invoiced: number;
}

export interface Invoice {
  readonly number: string;
  readonly type: 'sale' | 'cancellation' | 'adjustment';
  /** The time of its first row. */
  readonly at: string;
  readonly day: string;
  readonly customer?: string;
  readonly country: string;
  /** Sorted by code. Empty when no row is a sale or cancellation of an article. */
  readonly items: readonly Item[];
}

export interface GroupedInvoices {
  /** Every row, in the order of the file. */
  readonly rows: readonly ClassifiedRow[];
  /** By time; at equal times in the order of the file. */
  readonly invoices: readonly Invoice[];
}

export const dayOf = (at: string): string => at.slice(0, 10);

/** Classifies every row and groups the rows by invoice. The result has as many rows as the input. */
export function groupInvoices(lines: readonly InvoiceLine[]): GroupedInvoices {
  const rows: ClassifiedRow[] = [];
  const invoices: Invoice[] = [];
  for (const group of groupBy(lines, (line) => line.invoice).values()) {
    const { classified, items } = classifyRows(group);
    rows.push(...classified);
    invoices.push(invoiceOf(group, items));
  }
  rows.sort((a, b) => a.line.line - b.line.line);
  invoices.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return { rows, invoices };
}

function classifyRows(group: readonly InvoiceLine[]): { classified: ClassifiedRow[]; items: Item[] } {
  const classified: ClassifiedRow[] = [];
  const items: Item[] = [];
  for (const [sku, lines] of groupBy(group, (line) => line.sku)) {
    const counted = lines.filter((line) => isTrade(kindOf(line)));
    const quantity = Math.abs(counted.reduce((sum, line) => sum + line.quantity, 0));
    const invoiced = Math.abs(counted.reduce((sum, line) => sum + line.quantity * line.price, 0));
    const limit = quantity > quantityLimit ? 'overLimit' : items.length === lineLimit ? 'tooManyLines' : undefined;
    for (const line of lines) {
      const kind = kindOf(line) === 'sale' ? (limit ?? 'sale') : kindOf(line);
      classified.push({ line, kind, remarks: remarksOn(line, kind, line !== counted[0]) });
    }
    if (quantity > 0 && !limit) items.push({ sku, quantity, invoiced });
  }
  return { classified, items: items.sort((a, b) => (a.sku < b.sku ? -1 : 1)) };
}

const isTrade = (kind: Kind): boolean => kind === 'sale' || kind === 'cancellation';

function remarksOn(line: InvoiceLine, kind: Kind, isRepeated: boolean): Remark[] {
  if (kind !== 'sale') return [];
  return [
    ...line.corrections,
    ...(line.customer === undefined ? ['no customer: bought by a guest' as const] : []),
    ...(isRepeated ? ['same article again on one invoice: merged' as const] : []),
    ...(line.description === '' ? ['no description' as const] : []),
  ];
}

function invoiceOf(group: readonly InvoiceLine[], items: readonly Item[]): Invoice {
  const { invoice: number, customer, country } = group[0]!;
  const at = group.reduce((first, line) => (line.at < first ? line.at : first), group[0]!.at);
  const type = number.startsWith('C') ? 'cancellation' : number.startsWith('A') ? 'adjustment' : 'sale';
  return { number, type, at, day: dayOf(at), country, items, ...(customer !== undefined && { customer }) };
}
