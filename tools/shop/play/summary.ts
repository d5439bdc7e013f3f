import type { Mismatch, Unmatched } from '../retail/cancellations.js';
import type { Plan } from '../retail/plan.js';
import type { Tally } from '../retail/tally.js';
import type { PlacedOrder } from './place-order.js';
import type { Ledger, Mishap } from './play-orders.js';

/** What the days came to. Amounts in pence. */
export interface Summary {
  readonly days: readonly string[];
  readonly seed: number;
  readonly tally: Tally;
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
    /** Orders and cancellations that were not begun, because the shop could no longer be reached. */
    readonly notPlayed: number;
  };
  /** Cancellations of the file. */
  readonly cancellations: {
    readonly matched: number;
    /** Matched, but their order had not been confirmed. */
    readonly void: number;
    readonly unmatched: Readonly<Partial<Record<Mismatch, number>>>;
    readonly list: readonly Unmatched[];
  };
  /** Of the orders confirmed and not cancelled: at the catalogue's prices, and at those of their invoices. */
  readonly revenue: { readonly catalogue: number; readonly invoices: number };
  readonly speed: {
    readonly seconds: number;
    readonly ordersPerSecond: number;
    readonly p50?: number;
    readonly p99?: number;
    readonly retries: number;
  };
  readonly mishaps: readonly Mishap[];
}

export interface Played {
  readonly seed: number;
  readonly articles: Summary['articles'];
  readonly buyers: Summary['buyers'];
  readonly seconds: number;
  readonly retries: number;
}

export function summarise(plan: Plan, ledger: Ledger, { seed, articles, buyers, seconds, retries }: Played): Summary {
  const placed = [...ledger.orders];
  const orders = placed.map(([, order]) => order);
  const cancelled = orders.filter(({ status }) => status === 'cancelled');
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  const sum = (amount: (order: PlacedOrder) => number): number =>
    confirmed.reduce((total, order) => total + amount(order), 0);
  const waits = orders.flatMap(({ confirmedAfter }) => confirmedAfter ?? []).sort((a, b) => a - b);
  const planned = plan.actions.filter(({ does }) => does === 'order').length;
  return {
    days: plan.days,
    seed,
    tally: plan.tally,
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
      notPlayed: ledger.notPlayed,
    },
    cancellations: {
      matched: plan.actions.length - planned,
      void: ledger.voidCancellations.length,
      unmatched: countBy(plan.unmatched.map(({ why }) => why)),
      list: plan.unmatched,
    },
    revenue: { catalogue: sum(({ total }) => total), invoices: sum(({ invoiced }) => invoiced) },
    speed: {
      seconds,
      ordersPerSecond: seconds === 0 ? 0 : orders.length / seconds,
      ...(waits.length > 0 && { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) }),
      retries,
    },
    mishaps: ledger.mishaps,
  };
}

/** Every order planned was placed and has its outcome, and nothing else went wrong. */
export const isWell = ({ orders, mishaps }: Summary): boolean =>
  orders.placed === orders.planned &&
  orders.withoutOutcome.length === 0 &&
  orders.notPlayed === 0 &&
  mishaps.length === 0;

/** Nearest rank. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;

function countBy<K extends string>(values: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
