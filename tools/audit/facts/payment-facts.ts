import type { Booking } from '../invariants/books.js';
import type { BookingFacts } from '../invariants/effects-once.js';
import type { Debt, LedgerFacts, PaymentFact } from '../invariants/money.js';
import { CompactTable, ids, integers, names, texts } from './compact-table.js';
import type { Snapshot } from './snapshot.js';

const payments = `
select order_id::text as "orderId", status, coalesce(captured_amount, 0)::bigint as captured, coalesce(refunded_amount, 0)::bigint as refunded,
  coalesce(goodwill_pending_amount, 0)::bigint as "pendingGoodwill"
from payments`;

/** The account at the provider has one line for each operation. */
const bookings = `
select operation, order_id::text as "orderId", amount::bigint, currency from ledger_entries where account = 'provider:clearing' order by operation`;
const lines = `select count(*)::int as lines from ledger_entries`;
const unbalanced = `select operation, currency, sum(amount)::numeric as sum from ledger_entries group by operation, currency having sum(amount) <> 0`;
const doubled = `select operation, account, count(*)::int as lines from ledger_entries group by operation, account having count(*) > 1`;
const owed = `
select substr(account, length('customer:') + 1) as "orderId", -sum(amount)::numeric as amount from ledger_entries where account like 'customer:%' group by account`;

export interface PaymentFacts {
  readonly payments: Iterable<PaymentFact>;
  readonly bookings: Iterable<Booking>;
  readonly ledger: LedgerFacts;
}

export async function gatherPayments(snapshot: Snapshot): Promise<PaymentFacts> {
  const debts = new CompactTable<Debt>({ orderId: texts(), amount: integers() });
  for await (const debt of snapshot.stream<Debt>(owed)) debts.add(debt);
  return {
    payments: await gatherPaymentRows(snapshot),
    bookings: await gatherBookingRows(snapshot),
    ledger: {
      lines: (await snapshot.rows<{ lines: number }>(lines))[0]!.lines,
      unbalanced: await snapshot.rows(unbalanced),
      doubled: await snapshot.rows(doubled),
      owed: debts,
    },
  };
}

async function gatherPaymentRows(snapshot: Snapshot): Promise<Iterable<PaymentFact>> {
  const found = new CompactTable<PaymentFact>({
    orderId: ids(),
    status: names(),
    captured: integers(),
    refunded: integers(),
    pendingGoodwill: integers(),
  });
  for await (const row of snapshot.stream<PaymentFact>(payments)) found.add(row);
  return found;
}

async function gatherBookingRows(snapshot: Snapshot): Promise<Iterable<Booking>> {
  const found = new CompactTable<Booking>({
    operation: texts(),
    orderId: ids(),
    amount: integers(),
    currency: names(),
  });
  for await (const row of snapshot.stream<Booking>(bookings)) found.add(row);
  return found;
}

const withoutMessage = `
with published as (
  select causation, key from msg_outbox_archive where type <> 'message.dead-lettered'
  union all select causation, key from msg_outbox where type <> 'message.dead-lettered' and archived)
select distinct e.operation, e.order_id::text as "order", e.cause::text as cause from ledger_entries e
where not exists (select 1 from published where published.causation = e.cause and published.key = e.order_id::text)`;
const severalCauses = `
select operation, order_id::text as "order", count(distinct cause)::int as causes from ledger_entries group by operation, order_id having count(distinct cause) > 1`;

export const gatherBookings = async (snapshot: Snapshot): Promise<BookingFacts> => ({
  service: 'payment',
  withoutMessage: await snapshot.rows(withoutMessage),
  severalCauses: await snapshot.rows(severalCauses),
});
