import type { DatabaseService } from '../../services.js';
import type { Findings } from '../invariants/section.js';
import type { Rows } from './reused-connection.js';

/** Measured values of a service's database. The watch keeps the largest of each. */
export type Measured = Readonly<Record<string, number>>;

/** Reads one snapshot: reports violations, and returns measurements. */
export type DatabaseCheck = (rows: Rows, findings: Findings) => Promise<Measured>;

const size = `
select (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())::int as connections,
  (select count(*) from msg_outbox)::int as "outbox rows"`;

/** Of every database. */
export async function measure(rows: Rows): Promise<Measured> {
  const [measured] = await rows<Record<string, number>>(size);
  return measured!;
}

const stockLevels = `select count(*)::int as products from stock_levels`;
const wrongStockLevels = `
with open as (
  select (line->>'productId')::uuid as product_id, sum((line->>'quantity')::bigint) as pieces
  from reservations, jsonb_array_elements(lines) line where status = 'reserved' group by 1)
select s.product_id::text as product, s.available::bigint, s.reserved::bigint, s.sold::bigint, s.initial::bigint, s.adjusted::bigint, coalesce(o.pieces, 0)::numeric as "openReservations"
from stock_levels s left join open o using (product_id)
where available < 0 or reserved < 0 or sold < 0 or available + reserved + sold <> initial + adjusted or reserved <> coalesce(o.pieces, 0)`;

interface WrongStockLevel {
  readonly product: string;
  readonly available: bigint;
  readonly reserved: bigint;
  readonly sold: bigint;
  readonly initial: bigint;
  readonly adjusted: bigint;
  readonly openReservations: bigint;
}

/** G2 at any moment: no piece appears or vanishes, no count is negative, and the reserved pieces are those of the open reservations. */
const checkStock: DatabaseCheck = async (rows, findings) => {
  const [counted] = await rows<{ products: number }>(stockLevels);
  findings.count('stock levels read', counted!.products);
  for (const level of await rows<WrongStockLevel>(wrongStockLevels)) {
    const { product, available, reserved, sold, initial, adjusted, openReservations } = level;
    for (const [what, pieces] of Object.entries({ available, reserved, sold }))
      if (pieces < 0n) findings.report(`${what} is ${pieces}`, { product });
    if (available + reserved + sold !== initial + adjusted) {
      findings.report(
        `initial ${initial} + adjusted ${adjusted} ≠ available ${available} + reserved ${reserved} + sold ${sold}`,
        { product },
      );
    }
    if (reserved !== openReservations)
      findings.report(`${reserved} reserved in the stock level, ${openReservations} in the open reservations`, {
        product,
      });
  }
  return {};
};

const payments = `select count(*)::int as payments from payments`;
const wrongPayments = `
select order_id::text as "order", coalesce(captured_amount, 0)::bigint as captured, coalesce(refunded_amount, 0)::bigint as refunded
from payments where refunded_amount < 0 or refunded_amount > captured_amount or (captured_amount is null and refunded_amount is not null)`;
const ledger = `select count(*)::int as lines from ledger_entries`;
const balances = `select currency, sum(amount)::numeric as sum from ledger_entries group by currency having sum(amount) <> 0`;

/** G1 at any moment: 0 ≤ refunded ≤ captured, and the ledger balances. G11: the ledger never has fewer lines than before. */
function checkMoney(): DatabaseCheck {
  let most = 0;
  return async (rows, findings) => {
    const [counted] = await rows<{ payments: number }>(payments);
    findings.count('payments read', counted!.payments);
    for (const { order, captured, refunded } of await rows<{ order: string; captured: bigint; refunded: bigint }>(
      wrongPayments,
    )) {
      findings.report(`the payment has ${refunded} refunded of ${captured} captured`, { order });
    }
    for (const { currency, sum } of await rows<{ currency: string; sum: bigint }>(balances))
      findings.report(`the ledger does not balance: ${sum} ${currency} too much`, { currency });
    const [{ lines } = { lines: 0 }] = await rows<{ lines: number }>(ledger);
    if (lines < most) findings.report(`the ledger has ${lines} lines, it had ${most}`, {}, 'lost');
    most = Math.max(most, lines);
    return { 'ledger lines': lines };
  };
}

/** The checks of a service's database besides the measurements. */
export const databaseChecks: Readonly<Partial<Record<DatabaseService, () => DatabaseCheck>>> = {
  product: () => checkStock,
  payment: checkMoney,
};
