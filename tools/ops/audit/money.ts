import { compareBooks, orderOf, type Booking, type ProviderOperation } from './books.js';
import { Findings, type Section } from './section.js';

/** What an order has to do with money. Pence; `linesTotal` is summed over its lines. */
export interface OrderMoney {
  readonly status: string;
  readonly total: number;
  readonly linesTotal: number;
  readonly goodwill: number;
}

export interface PaymentFact {
  readonly orderId: string;
  readonly status: string;
  readonly captured: number;
  readonly refunded: number;
  readonly promised: number;
}

export interface LedgerFacts {
  readonly lines: number;
  /** Operations whose lines are not 0 together. */
  readonly unbalanced: readonly { readonly operation: string; readonly currency: string; readonly sum: number }[];
  /** Operations with two lines on one account. */
  readonly doubled: readonly { readonly operation: string; readonly account: string; readonly lines: number }[];
  /** What each order's buyer has paid and not got back. */
  readonly owed: ReadonlyMap<string, number>;
}

export interface MoneyFacts {
  readonly orders: ReadonlyMap<string, OrderMoney>;
  readonly payments: Iterable<PaymentFact>;
  readonly bookings: readonly Booking[];
  readonly ledger: LedgerFacts;
  /** Undefined where the log was not given: then the ledger alone is asked. */
  readonly provider: readonly ProviderOperation[] | undefined;
  readonly held: ReadonlySet<string>;
}

interface Moved {
  captured: number;
  refunded: number;
}

/** G1: what was captured and refunded is what the orders say, in the ledger and in the provider's own log alike. */
export function checkMoney(facts: MoneyFacts): Section {
  const findings = new Findings();
  for (const what of ['orders', 'payments', 'ledger lines', 'pence captured', 'pence refunded'])
    findings.count(what, 0);
  const booked = sumByOrder(facts.bookings.map(({ orderId, amount }) => ({ orderId, amount })));
  const outside =
    facts.provider &&
    sumByOrder(
      facts.provider.map(({ kind, takeKey, amount }) => ({
        orderId: orderOf(takeKey),
        amount: kind === 'take' ? amount : -amount,
      })),
    );
  checkOrders(facts, outside ?? booked, findings);
  checkPayments(facts, booked, findings);
  checkLedger(facts, findings);
  if (facts.provider) compareBooks(facts.provider, facts.bookings, facts.held, findings);
  return findings.section('G1', 'money: captured less refunded is what the orders say');
}

function sumByOrder(moves: Iterable<{ orderId: string; amount: number }>): Map<string, Moved> {
  const sums = new Map<string, Moved>();
  for (const { orderId, amount } of moves) {
    const sum = sums.get(orderId) ?? { captured: 0, refunded: 0 };
    if (amount > 0) sum.captured += amount;
    else sum.refunded -= amount;
    sums.set(orderId, sum);
  }
  return sums;
}

const nothing: Moved = { captured: 0, refunded: 0 };

function checkOrders({ orders, held }: MoneyFacts, moved: ReadonlyMap<string, Moved>, findings: Findings): void {
  for (const [orderId, { captured, refunded }] of moved) {
    const ids = { order: orderId };
    findings.count('pence captured', captured);
    findings.count('pence refunded', refunded);
    if (refunded > captured) findings.report(`${refunded} refunded, only ${captured} captured`, ids);
    if (!orders.has(orderId)) findings.report(`${captured} captured for an order that is not there`, ids, 'lost');
  }
  for (const [orderId, { status, total, linesTotal, goodwill }] of orders) {
    findings.count('orders');
    const ids = { order: orderId };
    const { captured, refunded } = moved.get(orderId) ?? nothing;
    if (total !== linesTotal) findings.report(`its total is ${total}, its lines come to ${linesTotal}`, ids);
    if (held.has(orderId)) continue;
    const kept = captured - refunded;
    if (status === 'confirmed' && kept !== total - goodwill) {
      findings.report(
        `confirmed: captured ${captured} − refunded ${refunded} ≠ total ${total} − goodwill ${goodwill}`,
        ids,
        kept > total - goodwill ? 'doubled' : undefined,
      );
    }
    if ((status === 'rejected' || status === 'cancelled') && kept !== 0)
      findings.report(`${status}: captured ${captured} − refunded ${refunded} ≠ 0`, ids);
  }
}

/** In which state a payment may rest, by its order's. */
const closed = new Set(['declined', 'refunded', 'void']);

function checkPayments(
  { payments, orders, held }: MoneyFacts,
  booked: ReadonlyMap<string, Moved>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const { orderId, status, captured, refunded, promised } of payments) {
    findings.count('payments');
    const ids = { order: orderId };
    if (seen.has(orderId)) findings.report('an order with two payments', ids, 'doubled');
    seen.add(orderId);
    const order = orders.get(orderId);
    const book = booked.get(orderId) ?? nothing;
    if (!order) findings.report('a payment of an order that is not there', ids);
    if (refunded < 0 || refunded > captured)
      findings.report(`the payment has ${refunded} refunded of ${captured} captured`, ids);
    if (captured !== book.captured || refunded !== book.refunded) {
      findings.report(
        `the payment has captured ${captured}, refunded ${refunded}; the ledger ${book.captured} and ${book.refunded}`,
        ids,
      );
    }
    if (held.has(orderId)) continue;
    if (order?.status === 'confirmed' && status !== 'taken')
      findings.report(`confirmed, and the payment is ${status}`, ids);
    if ((order?.status === 'rejected' || order?.status === 'cancelled') && !closed.has(status))
      findings.report(`${order.status}, and the payment is left open: ${status}`, ids, 'stuck');
    if (promised !== 0) findings.report(`${promised} promised out of goodwill and not given`, ids, 'stuck');
  }
}

function checkLedger(
  { ledger: { lines, unbalanced, doubled, owed }, orders, held }: MoneyFacts,
  findings: Findings,
): void {
  findings.count('ledger lines', lines);
  for (const { operation, currency, sum } of unbalanced)
    findings.report(`the ledger does not balance: ${sum} ${currency} too much`, { operation });
  for (const { operation, account, lines: times } of doubled)
    findings.report(`posted ${times} times on ${account}`, { operation, order: orderOf(operation) }, 'doubled');
  for (const [orderId, amount] of owed) {
    const order = orders.get(orderId);
    const wanted = order?.status === 'confirmed' ? order.total : 0;
    if (order && !held.has(orderId) && amount !== wanted)
      findings.report(
        `the ledger owes the buyer ${amount}, the order is ${order.status} with a total of ${order.total}`,
        { order: orderId },
      );
  }
}
