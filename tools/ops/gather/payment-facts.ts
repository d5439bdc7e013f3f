import type { Booking } from '../audit/books.js';
import type { LedgerFacts, PaymentFact } from '../audit/money.js';
import type { Snapshot } from './read-only.js';

const payments = `
select order_id::text as "orderId", status, coalesce(captured_amount, 0)::float8 as captured, coalesce(refunded_amount, 0)::float8 as refunded,
  coalesce(goodwill_pending_amount, 0)::float8 as promised
from payments`;

/** The account at the provider shows every movement of money: one line an operation. */
const bookings = `
select operation, order_id::text as "orderId", amount::float8, currency from ledger_entries where account = 'provider:clearing'`;
const lines = `select count(*)::int as lines from ledger_entries`;
const unbalanced = `select operation, currency, sum(amount)::float8 as sum from ledger_entries group by operation, currency having sum(amount) <> 0`;
const doubled = `select operation, account, count(*)::int as lines from ledger_entries group by operation, account having count(*) > 1`;
const owed = `
select substr(account, length('customer:') + 1) as "orderId", -sum(amount)::float8 as amount from ledger_entries where account like 'customer:%' group by account`;

export interface PaymentFacts {
  readonly payments: readonly PaymentFact[];
  readonly bookings: readonly Booking[];
  readonly ledger: LedgerFacts;
}

export async function gatherPayments(snapshot: Snapshot): Promise<PaymentFacts> {
  const debts = await snapshot.rows<{ orderId: string; amount: number }>(owed);
  return {
    payments: await snapshot.rows<PaymentFact>(payments),
    bookings: await snapshot.rows<Booking>(bookings),
    ledger: {
      lines: (await snapshot.rows<{ lines: number }>(lines))[0]!.lines,
      unbalanced: await snapshot.rows(unbalanced),
      doubled: await snapshot.rows(doubled),
      owed: new Map(debts.map(({ orderId, amount }) => [orderId, amount])),
    },
  };
}
