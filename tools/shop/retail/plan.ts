import { matchCancellations, type Unmatched } from './cancellations.js';
import { catalogueOf, type Article } from './catalogue.js';
import { chanceOf, type Chance } from './chance.js';
import { chooseDays } from './days.js';
import type { InvoiceLine } from './invoice-line.js';
import { keepBooks, type Invoice } from './invoices.js';
import { tallyOf, type Tally } from './tally.js';

export interface PlannedArticle extends Article {
  readonly stock: number;
}

export interface PlannedOrder {
  readonly does: 'order';
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
  /** The buyer changes his mind: at once, or when the order is confirmed. */
  readonly changesMind?: 'while pending' | 'after confirmation';
}

/** A cancellation of the file that cancels one whole earlier order. */
export interface PlannedCancellation {
  readonly does: 'cancel';
  readonly invoice: string;
  readonly at: string;
  readonly buyer: Buyer;
  readonly order: string;
}

/** An account: one a customer of the file, one a guest's invoice. */
export type Buyer = `customer-${string}` | `guest-${string}`;

export interface Plan {
  readonly days: readonly string[];
  /** Every article that is ordered, by code. */
  readonly articles: readonly PlannedArticle[];
  /** Orders and cancellations, by time. */
  readonly actions: readonly (PlannedOrder | PlannedCancellation)[];
  readonly unmatched: readonly Unmatched[];
  readonly tally: Tally;
}

const shares = { scarceArticles: 0.02, changedMinds: 0.03, declinedCards: 0.02 };
const shareOf = (share: number, all: number): number => (all === 0 ? 0 : Math.max(1, Math.round(share * all)));

/** What will be played: depends on the rows, the days (`1`, `1-3`, `all`) and the seed alone. */
export function planOf(lines: readonly InvoiceLine[], days: string, seed: number): Plan {
  const { rows, invoices } = keepBooks(lines);
  const chosen = chooseDays(days, new Set(invoices.map(({ day }) => day)));
  const { matched, unmatched } = matchCancellations(invoices, chosen);
  const catalogue = catalogueOf(rows);
  const played = invoices.filter(({ day }) => chosen.has(day));
  const sales = played.filter(({ type, items }) => type === 'sale' && items.length > 0);
  const fates = fatesOf(sales, new Set(matched.values()), chanceOf(seed, 'fates'));
  const orders = new Map(sales.map((sale) => [sale.number, orderOf(sale, catalogue, fates.get(sale.number))]));
  return {
    days: [...chosen],
    articles: stocked([...orders.values()], catalogue, chanceOf(seed, 'stock')),
    actions: played.flatMap((invoice): (PlannedOrder | PlannedCancellation)[] => {
      const order = matched.get(invoice.number);
      if (order === undefined) return orders.has(invoice.number) ? [orders.get(invoice.number)!] : [];
      return [{ does: 'cancel', invoice: invoice.number, at: invoice.at, buyer: buyerOf(invoice), order }];
    }),
    unmatched,
    tally: tallyOf(rows, invoices, chosen),
  };
}

const buyerOf = ({ customer, number }: Invoice): Buyer =>
  customer === undefined ? `guest-${number}` : `customer-${customer}`;

type Fate = Pick<PlannedOrder, 'paymentMethod' | 'changesMind'>;

/** An order that the file itself cancels must be confirmed first, so nothing else befalls it. */
function fatesOf(sales: readonly Invoice[], cancelled: ReadonlySet<string>, chance: Chance): ReadonlyMap<string, Fate> {
  const free = sales.map(({ number }) => number).filter((number) => !cancelled.has(number));
  const changing = shareOf(shares.changedMinds, sales.length);
  const drawn = chance.pick(changing + shareOf(shares.declinedCards, sales.length), free);
  return new Map(
    drawn.map((number, at): [string, Fate] => {
      if (at >= changing) return [number, { paymentMethod: 'sim_declined' }];
      return [number, { paymentMethod: 'sim_ok', changesMind: at % 2 === 0 ? 'while pending' : 'after confirmation' }];
    }),
  );
}

function orderOf(
  sale: Invoice,
  catalogue: ReadonlyMap<string, Article>,
  fate: Fate = { paymentMethod: 'sim_ok' },
): PlannedOrder {
  const lines = sale.items.map(({ sku, quantity }) => ({ sku, quantity, price: catalogue.get(sku)!.price }));
  return {
    does: 'order',
    invoice: sale.number,
    at: sale.at,
    buyer: buyerOf(sale),
    country: sale.country,
    lines,
    total: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
    invoiced: sale.items.reduce((sum, { invoiced }) => sum + invoiced, 0),
    ...fate,
  };
}

/** As much of each article as the orders ask for; of a few articles less, so that some orders are refused. */
function stocked(
  orders: readonly PlannedOrder[],
  catalogue: ReadonlyMap<string, Article>,
  chance: Chance,
): PlannedArticle[] {
  const sold = new Map<string, number>();
  for (const { sku, quantity } of orders.flatMap(({ lines }) => lines)) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  const codes = [...sold.keys()].sort();
  const scarce = new Set(chance.pick(shareOf(shares.scarceArticles, codes.length), codes));
  return codes.map((sku) => {
    const asked = sold.get(sku)!;
    return { ...catalogue.get(sku)!, stock: scarce.has(sku) ? Math.floor(asked * chance.fraction()) : asked };
  });
}
