import type { Mismatch, Unmatched } from '../retail/cancellations.js';
import type { Plan } from '../retail/plan.js';
import type { RowCounts } from '../retail/row-counts.js';
import type { PlacedOrder } from './place-order.js';
import type { TradingResults, TradingError } from './run-actions.js';

/** The result of the simulated days. Amounts in pence. */
export interface Summary {
  readonly days: readonly string[];
  readonly seed: number;
  readonly rowCounts: RowCounts;
  readonly articles: { readonly added: number; readonly known: number };
  readonly buyers: { readonly registered: number; readonly known: number };
  readonly orders: {
    readonly planned: number;
    readonly placed: number;
    /** Confirmed, and not cancelled afterwards. */
    readonly confirmed: number;
    readonly rejected: Readonly<Record<string, number>>;
    readonly cancelledWhilePending: number;
    readonly cancelledAfterConfirmation: number;
    readonly withoutOutcome: readonly string[];
    /** Orders and cancellations that were not started because the shop was unreachable. */
    readonly skipped: number;
  };
  /** Cancellations of the file. */
  readonly cancellations: {
    readonly matched: number;
    /** Matched, but their order had not been confirmed. */
    readonly void: number;
    readonly unmatched: Readonly<Partial<Record<Mismatch, number>>>;
    readonly list: readonly Unmatched[];
  };
  /** Of the confirmed orders that were not cancelled: at the catalogue's prices, and at those of their invoices. */
  readonly revenue: { readonly catalogue: number; readonly invoices: number };
  readonly speed: {
    readonly seconds: number;
    readonly ordersPerSecond: number;
    readonly p50?: number;
    readonly p99?: number;
    readonly retries: number;
  };
  readonly errors: readonly TradingError[];
}

export interface RunFacts {
  readonly seed: number;
  readonly articles: Summary['articles'];
  readonly buyers: Summary['buyers'];
  readonly seconds: number;
  readonly retries: number;
}

export function summarise(
  plan: Plan,
  results: TradingResults,
  { seed, articles, buyers, seconds, retries }: RunFacts,
): Summary {
  const placed = [...results.orders];
  const orders = placed.map(([, order]) => order);
  const cancelled = orders.filter(({ status }) => status === 'cancelled');
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  const sum = (amount: (order: PlacedOrder) => number): number =>
    confirmed.reduce((total, order) => total + amount(order), 0);
  const waits = orders.flatMap(({ confirmedAfter }) => confirmedAfter ?? []).sort((a, b) => a - b);
  const planned = plan.actions.filter(({ type }) => type === 'order').length;
  return {
    days: plan.days,
    seed,
    rowCounts: plan.rowCounts,
    articles,
    buyers,
    orders: {
      planned,
      placed: orders.length,
      confirmed: confirmed.length,
      rejected: countBy(
        orders.filter(({ status }) => status === 'rejected').map(({ reason }) => reason ?? 'no reason given'),
      ),
      cancelledWhilePending: cancelled.filter(({ wasConfirmed }) => !wasConfirmed).length,
      cancelledAfterConfirmation: cancelled.filter(({ wasConfirmed }) => wasConfirmed).length,
      withoutOutcome: placed
        .filter(([, { status }]) => !['confirmed', 'rejected', 'cancelled'].includes(status))
        .map(([invoice]) => invoice),
      skipped: results.skipped,
    },
    cancellations: {
      matched: plan.actions.length - planned,
      void: results.voidCancellations.length,
      unmatched: countBy(plan.unmatched.map(({ reason }) => reason)),
      list: plan.unmatched,
    },
    revenue: { catalogue: sum(({ total }) => total), invoices: sum(({ invoiced }) => invoiced) },
    speed: {
      seconds,
      ordersPerSecond: seconds === 0 ? 0 : orders.length / seconds,
      ...(waits.length > 0 && { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) }),
      retries,
    },
    errors: results.errors,
  };
}

/** Every planned order was placed and has its outcome, and there was no error. */
export const isSuccessful = ({ orders, errors }: Summary): boolean =>
  orders.placed === orders.planned && orders.withoutOutcome.length === 0 && orders.skipped === 0 && errors.length === 0;

/** Nearest rank. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;

function countBy<K extends string>(values: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
