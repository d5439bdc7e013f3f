import { groupBy } from './group-by.js';
import type { Invoice, Item } from './invoices.js';

/** Why a cancellation cancels no order. */
export const mismatches = {
  noArticle: 'nothing but postage, fees or discounts',
  noCustomer: 'names no customer',
  notPlayed: 'cancels a whole order of a day that is not played',
  partialReturn: 'gives back a part of one earlier order',
  severalOrders: 'gives back parts of several earlier orders',
  beforeTheFile: 'refers to a sale before the file',
} as const;

export type Mismatch = keyof typeof mismatches;

export interface Unmatched {
  readonly invoice: string;
  readonly at: string;
  readonly customer?: string;
  readonly why: Mismatch;
}

export interface Matching {
  /** Number of a cancellation → number of the order that it cancels. */
  readonly matched: ReadonlyMap<string, string>;
  readonly unmatched: readonly Unmatched[];
}

/**
 * The file does not say which invoice a cancellation cancels. One that has customer, articles and quantities of one whole
 * earlier invoice cancels that one (the latest of several, each at most once). Any other has a reason why not.
 */
export function matchCancellations(invoices: readonly Invoice[], days: ReadonlySet<string>): Matching {
  const matched = new Map<string, string>();
  const unmatched: Unmatched[] = [];
  const cancelled = new Set<string>();
  for (const theirs of groupBy(invoices, (invoice) => invoice.customer).values()) {
    const sales: Invoice[] = [];
    for (const invoice of theirs) {
      if (invoice.type === 'sale' && invoice.items.length > 0) sales.push(invoice);
      if (invoice.type !== 'cancellation') continue;
      const whole =
        invoice.customer &&
        sales.findLast((sale) => !cancelled.has(sale.number) && sameGoods(sale.items, invoice.items));
      if (whole) cancelled.add(whole.number);
      if (!days.has(invoice.day)) continue;
      if (whole && days.has(whole.day)) matched.set(invoice.number, whole.number);
      else
        unmatched.push({
          invoice: invoice.number,
          at: invoice.at,
          ...(invoice.customer && { customer: invoice.customer }),
          why: whyNot(invoice, whole, sales),
        });
    }
  }
  return { matched, unmatched: unmatched.sort((a, b) => (a.at + a.invoice < b.at + b.invoice ? -1 : 1)) };
}

function whyNot(cancellation: Invoice, whole: Invoice | '' | undefined, sales: readonly Invoice[]): Mismatch {
  if (cancellation.items.length === 0) return 'noArticle';
  if (!cancellation.customer) return 'noCustomer';
  if (whole) return 'notPlayed';
  if (sales.some((sale) => covers(sale.items, cancellation.items))) return 'partialReturn';
  return covers(
    sales.flatMap((sale) => sale.items),
    cancellation.items,
  )
    ? 'severalOrders'
    : 'beforeTheFile';
}

const sameGoods = (a: readonly Item[], b: readonly Item[]): boolean =>
  a.length === b.length && a.every((item, at) => item.sku === b[at]!.sku && item.quantity === b[at]!.quantity);

function covers(sold: readonly Item[], given: readonly Item[]): boolean {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of sold) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return given.every(({ sku, quantity }) => (quantities.get(sku) ?? 0) >= quantity);
}
