import { dayOf, type Invoice, type Remark, type ClassifiedRow } from './invoices.js';
import { kinds, type Kind } from './kinds.js';

/** Counts of the whole file and of the selected days. */
export interface Count {
  readonly file: number;
  readonly selected: number;
}

/** The classification of all rows: the kinds add up to the rows read. */
export interface RowCounts {
  readonly rows: Count;
  readonly kinds: Readonly<Record<Kind, Count>>;
  /** Remarks on rows that are sales nevertheless. */
  readonly remarks: Readonly<Record<string, Count>>;
  readonly invoices: Readonly<
    Record<'read' | 'orders' | 'cancellations' | 'adjustments' | 'without an article', Count>
  >;
}

export function countRows(
  rows: readonly ClassifiedRow[],
  invoices: readonly Invoice[],
  days: ReadonlySet<string>,
): RowCounts {
  const count = <T>(items: readonly T[], at: (item: T) => string): Count => ({
    file: items.length,
    selected: items.filter((item) => days.has(dayOf(at(item)))).length,
  });
  const rowCount = (matches: (row: ClassifiedRow) => boolean): Count =>
    count(rows.filter(matches), ({ line }) => line.at);
  const countInvoices = (matches: (invoice: Invoice) => boolean): Count =>
    count(invoices.filter(matches), ({ at }) => at);
  const remarks = [...new Set(rows.flatMap((row) => row.remarks))];
  return {
    rows: rowCount(() => true),
    kinds: Object.fromEntries(Object.keys(kinds).map((kind) => [kind, rowCount((row) => row.kind === kind)])) as Record<
      Kind,
      Count
    >,
    remarks: Object.fromEntries(
      remarks.map((remark: Remark) => [remark, rowCount((row) => row.remarks.includes(remark))]),
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
