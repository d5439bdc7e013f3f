import { compareBooks, orderOf, type Booking, type ProviderOperation } from './books.js';
import type { ById } from './by-id.js';
import { Findings, type Section } from './section.js';

/** The money of an order, in pence. `linesTotal` is the sum of its lines. */
export interface OrderMoney {
  readonly status: string;
  readonly total: bigint;
  readonly linesTotal: bigint;
  readonly goodwill: bigint;
}

export interface PaymentFact {
  readonly orderId: string;
  readonly status: string;
  readonly captured: bigint;
  readonly refunded: bigint;
  /** Goodwill that was granted and is not refunded yet. */
  readonly pendingGoodwill: bigint;
}

export interface Debt {
  readonly orderId: string;
  readonly amount: bigint;
}

export interface LedgerFacts {
  readonly lines: number;
  /** Operations whose lines do not sum to 0. */
  readonly unbalanced: readonly { readonly operation: string; readonly currency: string; readonly sum: bigint }[];
  /** Operations with two lines on one account. */
  readonly doubled: readonly { readonly operation: string; readonly account: string; readonly lines: number }[];
  /** What the buyer of each order has paid and not got back. */
  readonly owed: Iterable<Debt>;
}

export interface MoneyFacts {
  readonly orders: ById<OrderMoney>;
  readonly payments: Iterable<PaymentFact>;
  readonly bookings: Iterable<Booking>;
  readonly ledger: LedgerFacts;
  /** Undefined if the provider's log was not given: then only the ledger is checked. */
  readonly provider: Iterable<ProviderOperation> | undefined;
  /** Orders that wait for an operator. */
  readonly waiting: ReadonlySet<string>;
}

interface Moved {
  readonly captured: bigint;
  readonly refunded: bigint;
}

/** G1: captured and refunded money agrees in the orders, the payments, the ledger and the provider's own log. */
export function checkMoney(facts: MoneyFacts): Section {
  const findings = new Findings();
  for (const what of ['orders', 'payments', 'ledger lines']) findings.count(what, 0);
  for (const what of ['pence captured', 'pence refunded']) findings.count(what, 0n);
  const booked = sumByOrder(
    facts.bookings,
    ({ orderId }) => orderId,
    ({ amount }) => amount,
  );
  const atProvider =
    facts.provider &&
    sumByOrder(
      facts.provider,
      ({ takeKey }) => orderOf(takeKey),
      ({ kind, amount }) => (kind === 'take' ? amount : -amount),
    );
  checkOrders(facts, atProvider ?? booked, findings);
  checkPayments(facts, booked, findings);
  checkLedger(facts, findings);
  if (facts.provider) compareBooks(facts.provider, facts.bookings, facts.waiting, findings);
  return findings.section('G1', 'money: captured minus refunded is what each order says');
}

function sumByOrder<M>(
  moves: Iterable<M>,
  orderIdOf: (move: M) => string,
  amountOf: (move: M) => bigint,
): Map<string, Moved> {
  const sums = new Map<string, Moved>();
  for (const move of moves) {
    const orderId = orderIdOf(move);
    const { captured, refunded } = sums.get(orderId) ?? nothing;
    const amount = amountOf(move);
    sums.set(
      orderId,
      amount > 0n ? { captured: captured + amount, refunded } : { captured, refunded: refunded - amount },
    );
  }
  return sums;
}

const nothing: Moved = { captured: 0n, refunded: 0n };

function checkOrders({ orders, waiting }: MoneyFacts, moved: ReadonlyMap<string, Moved>, findings: Findings): void {
  for (const [orderId, { captured, refunded }] of moved) {
    const ids = { order: orderId };
    findings.count('pence captured', captured);
    findings.count('pence refunded', refunded);
    if (refunded > captured) findings.report(`${refunded} refunded, only ${captured} captured`, ids);
    if (!orders.has(orderId)) findings.report(`${captured} captured for an order that does not exist`, ids, 'lost');
  }
  for (const [orderId, { status, total, linesTotal, goodwill }] of orders) {
    findings.count('orders');
    const ids = { order: orderId };
    const { captured, refunded } = moved.get(orderId) ?? nothing;
    if (total !== linesTotal) findings.report(`its total is ${total}, the sum of its lines ${linesTotal}`, ids);
    if (waiting.has(orderId)) continue;
    const received = captured - refunded;
    if (status === 'confirmed' && received !== total - goodwill) {
      findings.report(
        `confirmed: captured ${captured} − refunded ${refunded} ≠ total ${total} − goodwill ${goodwill}`,
        ids,
        received > total - goodwill ? 'doubled' : undefined,
      );
    }
    if ((status === 'rejected' || status === 'cancelled') && received !== 0n)
      findings.report(`${status}: captured ${captured} − refunded ${refunded} ≠ 0`, ids);
  }
}

/** The statuses in which the payment of a rejected or cancelled order may rest. */
const closed = new Set(['declined', 'refunded', 'void']);

function checkPayments(
  { payments, orders, waiting }: MoneyFacts,
  booked: ReadonlyMap<string, Moved>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const { orderId, status, captured, refunded, pendingGoodwill } of payments) {
    findings.count('payments');
    const ids = { order: orderId };
    if (seen.has(orderId)) findings.report('an order with two payments', ids, 'doubled');
    seen.add(orderId);
    const order = orders.get(orderId);
    const book = booked.get(orderId) ?? nothing;
    if (!order) findings.report('a payment of an order that does not exist', ids);
    if (refunded < 0n || refunded > captured)
      findings.report(`the payment has ${refunded} refunded of ${captured} captured`, ids);
    if (captured !== book.captured || refunded !== book.refunded) {
      findings.report(
        `the payment has captured ${captured}, refunded ${refunded}; the ledger ${book.captured} and ${book.refunded}`,
        ids,
      );
    }
    if (waiting.has(orderId)) continue;
    if (order?.status === 'confirmed' && status !== 'taken')
      findings.report(`confirmed, and the payment is ${status}`, ids);
    if ((order?.status === 'rejected' || order?.status === 'cancelled') && !closed.has(status))
      findings.report(`${order.status}, and the payment is still open: ${status}`, ids, 'stuck');
    if (pendingGoodwill !== 0n)
      findings.report(`${pendingGoodwill} of goodwill granted and not refunded`, ids, 'stuck');
  }
}

function checkLedger(
  { ledger: { lines, unbalanced, doubled, owed }, orders, waiting }: MoneyFacts,
  findings: Findings,
): void {
  findings.count('ledger lines', lines);
  for (const { operation, currency, sum } of unbalanced)
    findings.report(`the ledger does not balance: ${sum} ${currency} too much`, { operation });
  for (const { operation, account, lines: times } of doubled)
    findings.report(`posted ${times} times on ${account}`, { operation, order: orderOf(operation) }, 'doubled');
  for (const { orderId, amount } of owed) {
    const order = orders.get(orderId);
    const expected = order?.status === 'confirmed' ? order.total : 0n;
    if (order && !waiting.has(orderId) && amount !== expected)
      findings.report(
        `the ledger has ${amount} paid by the buyer, the order is ${order.status} with a total of ${order.total}`,
        { order: orderId },
      );
  }
}
