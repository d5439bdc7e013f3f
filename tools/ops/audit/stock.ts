import { Findings, type Meaning, type Section } from './section.js';

export interface ShelfFact {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly initial: number;
  readonly adjusted: number;
}

/** Pieces of a product as the product service's own events tell them. */
export interface ToldStock {
  readonly productId: string;
  readonly initial: number;
  readonly adjusted: number;
}

/** What was set aside for an order. Pieces: all lines together. */
export interface ReservationFact {
  readonly orderId: string;
  readonly status: string;
  readonly pieces: number;
}

export interface Pieces {
  readonly productId: string;
  readonly pieces: number;
}

export interface StockFacts {
  readonly shelves: Iterable<ShelfFact>;
  readonly told: Iterable<ToldStock>;
  readonly reservations: Iterable<ReservationFact>;
  /** Per product, over the reservations of that state. */
  readonly reserved: Iterable<Pieces>;
  readonly sold: Iterable<Pieces>;
  /** Per product, over the lines of confirmed orders and of those whose goods are sold though an operator holds them. */
  readonly ordered: Iterable<Pieces>;
  readonly orders: ReadonlyMap<string, { readonly status: string; readonly pieces: number }>;
  /** Held by an operator's case: what is set aside for them may stand as it does. */
  readonly held: ReadonlySet<string>;
  /** Reserved for orders that are held. */
  readonly reservedByHeld: Iterable<Pieces>;
}

/** G2: no piece appears or vanishes, and what is sold is what confirmed orders say. */
export function checkStock(facts: StockFacts): Section {
  const findings = new Findings();
  for (const what of ['products', 'pieces available', 'pieces sold', 'reservations']) findings.count(what, 0);
  const told = new Map([...facts.told].map((each) => [each.productId, each]));
  const reserved = byProduct(facts.reserved);
  const sold = byProduct(facts.sold);
  const ordered = byProduct(facts.ordered);
  const byHeld = byProduct(facts.reservedByHeld);
  const known = new Set<string>();
  for (const shelf of facts.shelves) {
    const { productId } = shelf;
    known.add(productId);
    findings.count('products');
    findings.count('pieces available', shelf.available);
    findings.count('pieces sold', shelf.sold);
    checkShelf(shelf, told.get(productId), findings);
    const expect = (what: string, is: number, wanted: number, source: string, means?: Meaning): void => {
      if (is !== wanted) findings.report(`${is} ${what}, ${source} say ${wanted}`, { product: productId }, means);
    };
    expect('reserved on the shelf', shelf.reserved, reserved.get(productId) ?? 0, 'the reservations');
    expect('sold on the shelf', shelf.sold, sold.get(productId) ?? 0, 'the reservations');
    expect(
      'still reserved at rest',
      shelf.reserved,
      byHeld.get(productId) ?? 0,
      'the orders that wait for an operator',
      'stuck',
    );
    expect('sold', shelf.sold, ordered.get(productId) ?? 0, 'the lines of confirmed orders');
  }
  for (const [productId] of [...reserved, ...sold, ...ordered, ...told]) {
    if (known.has(productId)) continue;
    known.add(productId);
    findings.report('a product of orders or events has no shelf', { product: productId });
  }
  checkReservations(facts, findings);
  return findings.section('G2', 'stock: no piece appears or vanishes');
}

function checkShelf(
  { productId, available, reserved, sold, initial, adjusted }: ShelfFact,
  told: ToldStock | undefined,
  findings: Findings,
): void {
  const ids = { product: productId };
  if (initial + adjusted !== available + reserved + sold) {
    findings.report(
      `initial ${initial} + adjusted ${adjusted} ≠ available ${available} + reserved ${reserved} + sold ${sold}`,
      ids,
    );
  }
  for (const [what, pieces] of Object.entries({ available, reserved, sold, initial }))
    if (pieces < 0) findings.report(`${what} is ${pieces}`, ids);
  if (!told) findings.report('no event ever added it', ids);
  else if (told.initial !== initial || told.adjusted !== adjusted) {
    findings.report(
      `initial ${initial}, adjusted ${adjusted}; the events say ${told.initial} and ${told.adjusted}`,
      ids,
    );
  }
}

/** At rest goods are sold to confirmed orders, each its own, and to nobody else. */
function checkReservations({ reservations, orders, held }: StockFacts, findings: Findings): void {
  const soldTo = new Set<string>();
  for (const { orderId, status, pieces } of reservations) {
    findings.count('reservations');
    if (status === 'sold') soldTo.add(orderId);
    if (held.has(orderId)) continue;
    const order = orders.get(orderId);
    if (!order) findings.report(`goods ${status} for an order that is not there`, { order: orderId });
    else if (order.status !== 'confirmed' && (status === 'reserved' || status === 'sold'))
      findings.report(`goods ${status}, the order is ${order.status}`, { order: orderId });
    else if (status === 'sold' && pieces !== order.pieces)
      findings.report(`${pieces} pieces sold, ${order.pieces} ordered`, { order: orderId });
  }
  for (const [orderId, { status }] of orders) {
    if (status === 'confirmed' && !soldTo.has(orderId) && !held.has(orderId))
      findings.report('confirmed, and the goods are not sold', { order: orderId });
  }
}

function byProduct(list: Iterable<Pieces>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { productId, pieces } of list) sums.set(productId, (sums.get(productId) ?? 0) + pieces);
  return sums;
}
