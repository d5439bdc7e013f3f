import { dayOf, type Invoice, type Remark, type SortedRow } from './invoices.js';
import { kinds, type Kind } from './kinds.js';

/** How many rows, in the whole file and on the played days. */
export interface Count {
  readonly file: number;
  readonly played: number;
}

/** What was done with each row: the kinds add up to the rows read. */
export interface Tally {
  readonly rows: Count;
  readonly kinds: Readonly<Record<Kind, Count>>;
  /** Remarks on rows that were sold all the same. */
  readonly remarks: Readonly<Record<string, Count>>;
  readonly invoices: Readonly<
    Record<'read' | 'orders' | 'cancellations' | 'adjustments' | 'without an article', Count>
  >;
}

export function tallyOf(rows: readonly SortedRow[], invoices: readonly Invoice[], days: ReadonlySet<string>): Tally {
  const count = <T>(items: readonly T[], at: (item: T) => string): Count => ({
    file: items.length,
    played: items.filter((item) => days.has(dayOf(at(item)))).length,
  });
  const countRows = (some: (row: SortedRow) => boolean): Count => count(rows.filter(some), ({ line }) => line.at);
  const countInvoices = (some: (invoice: Invoice) => boolean): Count => count(invoices.filter(some), ({ at }) => at);
  const remarks = [...new Set(rows.flatMap((row) => row.remarks))];
  return {
    rows: countRows(() => true),
    kinds: Object.fromEntries(
      Object.keys(kinds).map((kind) => [kind, countRows((row) => row.kind === kind)]),
    ) as Record<Kind, Count>,
    remarks: Object.fromEntries(
      remarks.map((remark: Remark) => [remark, countRows((row) => row.remarks.includes(remark))]),
    ),
    invoices: {
      read: countInvoices(() => true),
      orders: countInvoices(({ type, items }) => type === 'sale' && items.length > 0),
      cancellations: countInvoices(({ type }) => type === 'cancellation'),
      adjustments: countInvoices(({ type }) => type === 'adjustment'),
      'without an article': countInvoices(({ type, items }) => type === 'sale' && items.length === 0),
    },
  };
}
