import type { Findings } from '../audit/section.js';
import type { Rows } from './standing-connection.js';

/** What one look at a service's database has measured: the largest of each is kept. */
export type Measured = Readonly<Record<string, number>>;

/** Of one moment: what must hold always is reported, what may grow is measured. */
export type DatabaseLook = (rows: Rows, findings: Findings) => Promise<Measured>;

const size = `
select (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())::int as connections,
  (select count(*) from msg_outbox)::int as "outbox rows"`;

/** Every database. */
export async function measure(rows: Rows): Promise<Measured> {
  const [measured] = await rows<Record<string, number>>(size);
  return measured!;
}

const shelves = `select count(*)::int as products from shelves`;
const wrongShelves = `
with set_aside as (
  select (line->>'productId')::uuid as product_id, sum((line->>'quantity')::bigint) as pieces
  from reservations, jsonb_array_elements(lines) line where status = 'reserved' group by 1)
select s.product_id::text as product, s.available::float8, s.reserved::float8, s.sold::float8, s.initial::float8, s.adjusted::float8, coalesce(a.pieces, 0)::float8 as "setAside"
from shelves s left join set_aside a using (product_id)
where available < 0 or reserved < 0 or sold < 0 or available + reserved + sold <> initial + adjusted or reserved <> coalesce(a.pieces, 0)`;

interface WrongShelf {
  readonly product: string;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly initial: number;
  readonly adjusted: number;
  readonly setAside: number;
}

/** G2 at any moment: no piece appears or vanishes, none is below zero, and what is reserved is what open reservations say. */
export const lookAtStock: DatabaseLook = async (rows, findings) => {
  const [counted] = await rows<{ products: number }>(shelves);
  findings.count('shelves looked at', counted!.products);
  for (const { product, available, reserved, sold, initial, adjusted, setAside } of await rows<WrongShelf>(
    wrongShelves,
  )) {
    for (const [what, pieces] of Object.entries({ available, reserved, sold }))
      if (pieces < 0) findings.report(`${what} is ${pieces}`, { product });
    if (available + reserved + sold !== initial + adjusted) {
      findings.report(
        `initial ${initial} + adjusted ${adjusted} ≠ available ${available} + reserved ${reserved} + sold ${sold}`,
        { product },
      );
    }
    if (reserved !== setAside)
      findings.report(`${reserved} reserved on the shelf, the open reservations say ${setAside}`, { product });
  }
  return {};
};

const payments = `select count(*)::int as payments from payments`;
const wrongPayments = `
select order_id::text as "order", coalesce(captured_amount, 0)::float8 as captured, coalesce(refunded_amount, 0)::float8 as refunded
from payments where refunded_amount < 0 or refunded_amount > captured_amount or (captured_amount is null and refunded_amount is not null)`;
const ledger = `select count(*)::int as lines from ledger_entries`;
const balances = `select currency, sum(amount)::float8 as sum from ledger_entries group by currency having sum(amount) <> 0`;

/** G1 at any moment: 0 ≤ refunded ≤ captured, and the ledger balances. G11: it only grows, so a look never finds less than the one before. */
export function lookAtMoney(): DatabaseLook {
  let most = 0;
  return async (rows, findings) => {
    const [counted] = await rows<{ payments: number }>(payments);
    findings.count('payments looked at', counted!.payments);
    for (const { order, captured, refunded } of await rows<{ order: string; captured: number; refunded: number }>(
      wrongPayments,
    )) {
      findings.report(`the payment has ${refunded} refunded of ${captured} captured`, { order });
    }
    for (const { currency, sum } of await rows<{ currency: string; sum: number }>(balances))
      findings.report(`the ledger does not balance: ${sum} ${currency} too much`, { currency });
    const [{ lines } = { lines: 0 }] = await rows<{ lines: number }>(ledger);
    if (lines < most) findings.report(`the ledger has ${lines} lines, it had ${most}`, {}, 'lost');
    most = Math.max(most, lines);
    return { 'ledger lines': lines };
  };
}
