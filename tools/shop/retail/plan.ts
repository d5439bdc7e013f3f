import { matchCancellations, type Unmatched } from './cancellations.js';
import { catalogueOf, type Article } from './catalogue.js';
import { seededRandom, type SeededRandom } from './seeded-random.js';
import { chooseDays } from './days.js';
import type { InvoiceLine } from './invoice-line.js';
import { groupInvoices, type Invoice } from './invoices.js';
import { countRows, type RowCounts } from './row-counts.js';

export interface PlannedArticle extends Article {
  readonly stock: number;
}

export interface PlannedOrder {
  readonly type: 'order';
  readonly invoice: string;
  readonly at: string;
  readonly buyer: Buyer;
  readonly country: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[];
  /** At the catalogue's prices, in pence. */
  readonly total: number;
  /** At the invoice's own prices, in pence. */
  readonly invoiced: number;
  readonly paymentMethod: 'sim_ok' | 'sim_declined';
  /** When the buyer cancels the order. */
  readonly cancels?: 'while pending' | 'after confirmation';
}

/** A cancellation of the file that cancels one whole earlier order. */
export interface PlannedCancellation {
  readonly type: 'cancel';
  readonly invoice: string;
  readonly at: string;
  readonly buyer: Buyer;
  readonly order: string;
}

/** An account: one for each customer of the file and for each invoice of a guest. */
export type Buyer = `customer-${string}` | `guest-${string}`;

export interface Plan {
  readonly days: readonly string[];
  /** Every article that is ordered, by code. */
  readonly articles: readonly PlannedArticle[];
  /** Orders and cancellations, by time. */
  readonly actions: readonly (PlannedOrder | PlannedCancellation)[];
  readonly unmatched: readonly Unmatched[];
  readonly rowCounts: RowCounts;
}

const shares = { scarceArticles: 0.02, cancelledOrders: 0.03, declinedCards: 0.02 };
const shareOf = (share: number, all: number): number => (all === 0 ? 0 : Math.max(1, Math.round(share * all)));

/** Plans the simulation. Pure: depends only on the rows, the days (`1`, `1-3`, `all`) and the seed. */
export function planOf(lines: readonly InvoiceLine[], days: string, seed: number): Plan {
  const { rows, invoices } = groupInvoices(lines);
  const chosen = chooseDays(days, new Set(invoices.map(({ day }) => day)));
  const { matched, unmatched } = matchCancellations(invoices, chosen);
  const catalogue = catalogueOf(rows);
  const selected = invoices.filter(({ day }) => chosen.has(day));
  const sales = selected.filter(({ type, items }) => type === 'sale' && items.length > 0);
  const variations = variationsOf(sales, new Set(matched.values()), seededRandom(seed, 'fates'));
  const orders = new Map(sales.map((sale) => [sale.number, orderOf(sale, catalogue, variations.get(sale.number))]));
  return {
    days: [...chosen],
    articles: stocked([...orders.values()], catalogue, seededRandom(seed, 'stock')),
    actions: selected.flatMap((invoice): (PlannedOrder | PlannedCancellation)[] => {
      const order = matched.get(invoice.number);
      if (order === undefined) return orders.has(invoice.number) ? [orders.get(invoice.number)!] : [];
      return [{ type: 'cancel', invoice: invoice.number, at: invoice.at, buyer: buyerOf(invoice), order }];
    }),
    unmatched,
    rowCounts: countRows(rows, invoices, chosen),
  };
}

const buyerOf = ({ customer, number }: Invoice): Buyer =>
  customer === undefined ? `guest-${number}` : `customer-${customer}`;

type OrderVariation = Pick<PlannedOrder, 'paymentMethod' | 'cancels'>;

/** Chooses the orders that their buyers cancel or pay with a declined card. Never an order that the file cancels: it must be confirmed. */
function variationsOf(
  sales: readonly Invoice[],
  cancelled: ReadonlySet<string>,
  random: SeededRandom,
): ReadonlyMap<string, OrderVariation> {
  const free = sales.map(({ number }) => number).filter((number) => !cancelled.has(number));
  const cancelling = shareOf(shares.cancelledOrders, sales.length);
  const picked = random.pick(cancelling + shareOf(shares.declinedCards, sales.length), free);
  return new Map(
    picked.map((number, at): [string, OrderVariation] => {
      if (at >= cancelling) return [number, { paymentMethod: 'sim_declined' }];
      return [number, { paymentMethod: 'sim_ok', cancels: at % 2 === 0 ? 'while pending' : 'after confirmation' }];
    }),
  );
}

function orderOf(
  sale: Invoice,
  catalogue: ReadonlyMap<string, Article>,
  variation: OrderVariation = { paymentMethod: 'sim_ok' },
): PlannedOrder {
  const lines = sale.items.map(({ sku, quantity }) => ({ sku, quantity, price: catalogue.get(sku)!.price }));
  return {
    type: 'order',
    invoice: sale.number,
    at: sale.at,
    buyer: buyerOf(sale),
    country: sale.country,
    lines,
    total: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
    invoiced: sale.items.reduce((sum, { invoiced }) => sum + invoiced, 0),
    ...variation,
  };
}

/** The ordered quantity of each article; less of a few articles, so that some orders are rejected. */
function stocked(
  orders: readonly PlannedOrder[],
  catalogue: ReadonlyMap<string, Article>,
  random: SeededRandom,
): PlannedArticle[] {
  const sold = new Map<string, number>();
  for (const { sku, quantity } of orders.flatMap(({ lines }) => lines)) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  const codes = [...sold.keys()].sort();
  const scarce = new Set(random.pick(shareOf(shares.scarceArticles, codes.length), codes));
  return codes.map((sku) => {
    const ordered = sold.get(sku)!;
    return { ...catalogue.get(sku)!, stock: scarce.has(sku) ? Math.floor(ordered * random.fraction()) : ordered };
  });
}
