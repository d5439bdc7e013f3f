import { groupBy } from './group-by.js';
import type { Invoice, Item } from './invoices.js';

/** Why a cancellation cancels no order. */
export const mismatches = {
  noArticle: 'nothing but postage, fees or discounts',
  noCustomer: 'names no customer',
  otherDay: 'cancels a whole order of a day that is not simulated',
  partialReturn: 'returns a part of one earlier order',
  severalOrders: 'returns parts of several earlier orders',
  beforeTheFile: 'refers to a sale before the file',
} as const;

export type Mismatch = keyof typeof mismatches;

export interface Unmatched {
  readonly invoice: string;
  readonly at: string;
  readonly customer?: string;
  readonly reason: Mismatch;
}

export interface Matching {
  /** Number of a cancellation → number of the order that it cancels. */
  readonly matched: ReadonlyMap<string, string>;
  readonly unmatched: readonly Unmatched[];
}

/**
 * The file does not tell which invoice a cancellation cancels. It is matched with a whole earlier invoice of the same customer,
 * articles and quantities (the latest one, each at most once). Each unmatched cancellation has a reason.
 */
export function matchCancellations(invoices: readonly Invoice[], days: ReadonlySet<string>): Matching {
  const matched = new Map<string, string>();
  const unmatched: Unmatched[] = [];
  const cancelled = new Set<string>();
  for (const ofCustomer of groupBy(invoices, (invoice) => invoice.customer).values()) {
    const sales: Invoice[] = [];
    for (const invoice of ofCustomer) {
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
          reason: mismatchOf(invoice, whole, sales),
        });
    }
  }
  return { matched, unmatched: unmatched.sort((a, b) => (a.at + a.invoice < b.at + b.invoice ? -1 : 1)) };
}

function mismatchOf(cancellation: Invoice, whole: Invoice | '' | undefined, sales: readonly Invoice[]): Mismatch {
  if (cancellation.items.length === 0) return 'noArticle';
  if (!cancellation.customer) return 'noCustomer';
  if (whole) return 'otherDay';
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

function covers(sold: readonly Item[], returned: readonly Item[]): boolean {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of sold) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return returned.every(({ sku, quantity }) => (quantities.get(sku) ?? 0) >= quantity);
}
