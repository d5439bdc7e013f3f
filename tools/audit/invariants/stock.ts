import type { ById } from './by-id.js';
import { Findings, type Section, type ViolationKind } from './section.js';

export interface StockLevelFact {
  readonly productId: string;
  readonly available: bigint;
  readonly reserved: bigint;
  readonly sold: bigint;
  readonly initial: bigint;
  readonly adjusted: bigint;
  /** How often `available` changed. */
  readonly changes: bigint;
}

/** The history of a product's stock. */
export interface StockHistoryFact {
  readonly productId: string;
  readonly changes: bigint;
  /** What the changes add up to. */
  readonly available: bigint;
  /** Changes whose number or stock does not follow from those before. */
  readonly wrong: bigint;
}

/** Pieces of a product, by the events of the product service. */
export interface PublishedStock {
  readonly productId: string;
  readonly initial: bigint;
  readonly adjusted: bigint;
}

/** The reservation of an order. Pieces: all lines together. */
export interface ReservationFact {
  readonly orderId: string;
  readonly status: string;
  readonly pieces: bigint;
}

export interface Pieces {
  readonly productId: string;
  readonly pieces: bigint;
}

export interface StockFacts {
  readonly stockLevels: Iterable<StockLevelFact>;
  readonly histories: Iterable<StockHistoryFact>;
  readonly published: Iterable<PublishedStock>;
  readonly reservations: Iterable<ReservationFact>;
  /** By product, over the reservations with that status. */
  readonly reserved: Iterable<Pieces>;
  readonly sold: Iterable<Pieces>;
  /** By product, over the lines of confirmed orders, and of waiting orders whose goods are sold. */
  readonly ordered: Iterable<Pieces>;
  readonly orders: ById<{ readonly status: string; readonly pieces: bigint }>;
  /** Orders that wait for an operator: their reservations may have any status. */
  readonly waiting: ReadonlySet<string>;
  /** Reserved for orders that wait. */
  readonly reservedForWaiting: Iterable<Pieces>;
}

/** G2: no piece appears or vanishes, and the sold pieces are those of confirmed orders. */
export function checkStock(facts: StockFacts): Section {
  const findings = new Findings();
  for (const what of ['products', 'reservations']) findings.count(what, 0);
  for (const what of ['pieces available', 'pieces sold']) findings.count(what, 0n);
  const histories = new Map([...facts.histories].map((history) => [history.productId, history]));
  const published = new Map([...facts.published].map((stock) => [stock.productId, stock]));
  const reserved = byProduct(facts.reserved);
  const sold = byProduct(facts.sold);
  const ordered = byProduct(facts.ordered);
  const forWaiting = byProduct(facts.reservedForWaiting);
  const known = new Set<string>();
  for (const level of facts.stockLevels) {
    const { productId } = level;
    known.add(productId);
    findings.count('products');
    findings.count('pieces available', level.available);
    findings.count('pieces sold', level.sold);
    checkStockLevel(level, published.get(productId), findings);
    checkHistory(level, histories.get(productId), findings);
    const expect = (what: string, actual: bigint, expected: bigint, source: string, kind?: ViolationKind): void => {
      if (actual !== expected)
        findings.report(`${actual} ${what}, ${source}: ${expected}`, { product: productId }, kind);
    };
    expect('reserved in the stock level', level.reserved, reserved.get(productId) ?? 0n, 'by the reservations');
    expect('sold in the stock level', level.sold, sold.get(productId) ?? 0n, 'by the reservations');
    expect(
      'still reserved at rest',
      level.reserved,
      forWaiting.get(productId) ?? 0n,
      'by the orders that wait for an operator',
      'stuck',
    );
    expect('sold', level.sold, ordered.get(productId) ?? 0n, 'by the lines of confirmed orders');
  }
  for (const [productId] of [...reserved, ...sold, ...ordered, ...published]) {
    if (known.has(productId)) continue;
    known.add(productId);
    findings.report('a product of orders or events has no stock level', { product: productId });
  }
  checkReservations(facts, findings);
  return findings.section('G2', 'stock: no piece appears or vanishes');
}

function checkStockLevel(
  { productId, available, reserved, sold, initial, adjusted }: StockLevelFact,
  published: PublishedStock | undefined,
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
    if (pieces < 0n) findings.report(`${what} is ${pieces}`, ids);
  if (!published) findings.report('no event added it', ids);
  else if (published.initial !== initial || published.adjusted !== adjusted) {
    findings.report(
      `initial ${initial}, adjusted ${adjusted}; by the events ${published.initial} and ${published.adjusted}`,
      ids,
    );
  }
}

/** The changes of a product lead to its stock. */
function checkHistory(
  { productId, available, changes }: StockLevelFact,
  history: StockHistoryFact | undefined,
  findings: Findings,
): void {
  const ids = { product: productId };
  if (!history) return findings.report('its stock has no history', ids);
  if (history.available !== available || history.changes !== changes)
    findings.report(
      `${changes} changes, ${available} available; by the history ${history.changes} and ${history.available}`,
      ids,
    );
  if (history.wrong > 0n) findings.report(`${history.wrong} changes do not follow from those before`, ids);
}

/** At rest goods are sold to confirmed orders only, to each its own. */
function checkReservations({ reservations, orders, waiting }: StockFacts, findings: Findings): void {
  const soldTo = new Set<string>();
  for (const { orderId, status, pieces } of reservations) {
    findings.count('reservations');
    if (status === 'sold') soldTo.add(orderId);
    if (waiting.has(orderId)) continue;
    const order = orders.get(orderId);
    if (!order) findings.report(`goods ${status} for an order that does not exist`, { order: orderId });
    else if (order.status !== 'confirmed' && (status === 'reserved' || status === 'sold'))
      findings.report(`goods ${status}, the order is ${order.status}`, { order: orderId });
    else if (status === 'sold' && pieces !== order.pieces)
      findings.report(`${pieces} pieces sold, ${order.pieces} ordered`, { order: orderId });
  }
  for (const [orderId, { status }] of orders) {
    if (status === 'confirmed' && !soldTo.has(orderId) && !waiting.has(orderId))
      findings.report('confirmed, and the goods are not sold', { order: orderId });
  }
}

function byProduct(list: Iterable<Pieces>): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { productId, pieces } of list) sums.set(productId, (sums.get(productId) ?? 0n) + pieces);
  return sums;
}
