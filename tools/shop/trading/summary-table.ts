import { mismatches, type Mismatch } from '../retail/cancellations.js';
import { kinds, type Kind } from '../retail/kinds.js';
import type { Count, RowCounts } from '../retail/row-counts.js';
import type { Summary } from './summary.js';

type Row = readonly [label: string, ...figures: string[]];

const whole = (count: number): string => count.toLocaleString('en-GB');
const pounds = (pence: number): string => (pence / 100).toLocaleString('en-GB', { style: 'currency', currency: 'GBP' });
const percent = (part: number, all: number): string => (all === 0 ? '' : ` (${((part / all) * 100).toFixed(1)} %)`);

/** Labels to the left, figures to the right. */
function table(title: string, rows: readonly Row[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  );
  return [
    '',
    title,
    ...rows.map((row) =>
      `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))).join('   ')}`.trimEnd(),
    ),
  ];
}

const countsRow = (label: string, { file, selected }: Count): Row => [label, whole(file), whole(selected)];

/** The classification of all rows: the kinds add up to the rows read. */
export function rowTable({ rows, kinds: byKind, remarks, invoices }: RowCounts, days: readonly string[]): string[] {
  const present = Object.entries(byKind).filter(([, { file }]) => file > 0) as [Kind, Count][];
  return [
    ...table(`Read (simulated: ${days[0]}${days.length > 1 ? ` to ${days.at(-1)}` : ''})`, [
      ['', 'file', 'simulated'],
      countsRow('invoices', invoices.read),
      countsRow('  orders', invoices.orders),
      countsRow('  cancellations (C…)', invoices.cancellations),
      countsRow('  adjustments (A…)', invoices.adjustments),
      countsRow('  without an article to sell', invoices['without an article']),
      countsRow('rows', rows),
      ...present.map(([kind, count]) => countsRow(`  ${kinds[kind]}`, count)),
      ['among the sales', '', ''],
      ...Object.entries(remarks).map(([remark, count]) => countsRow(`  ${remark}`, count)),
    ]),
  ];
}

export function mismatchTable(unmatched: Summary['cancellations']['unmatched']): string[] {
  const rows = Object.entries(unmatched).map(([reason, count]): Row => [mismatches[reason as Mismatch], whole(count)]);
  return rows.length === 0 ? [] : table('Cancellations of the simulated days that cancel no whole order', rows);
}

const listLimit = 5;

function listOf(title: string, lines: readonly string[], rest: string): string[] {
  if (lines.length === 0) return [];
  return [
    '',
    title,
    ...lines.slice(0, listLimit).map((line) => `  ${line}`),
    ...(lines.length > listLimit ? [`  … and ${lines.length - listLimit} more ${rest}`] : []),
  ];
}

/** The final table, line by line. `report` is the file with the complete lists. */
export function summaryTable(summary: Summary, report?: string): string[] {
  const { orders, articles, buyers, cancellations, revenue, speed } = summary;
  const rest = report ? `in ${report}` : '';
  const waits: Row[] =
    speed.p50 === undefined
      ? []
      : [['checkout to confirmed, p50 / p99', `${Math.round(speed.p50)} / ${Math.round(speed.p99!)} ms`]];
  return [
    ...rowTable(summary.rowCounts, summary.days),
    ...mismatchTable(cancellations.unmatched),
    ...listOf(
      'The first of them',
      cancellations.list.map(
        ({ invoice, at, customer, reason }) =>
          `${invoice} of ${at}, ${customer ? `customer ${customer}` : 'no customer'}: ${mismatches[reason]}`,
      ),
      rest,
    ),
    ...table('Simulated', [
      ['articles (added / existing)', `${whole(articles.added)} / ${whole(articles.known)}`],
      ['buyers (registered / existing)', `${whole(buyers.registered)} / ${whole(buyers.known)}`],
      [
        'orders placed',
        `${whole(orders.placed)}${orders.placed === orders.planned ? '' : ` of ${whole(orders.planned)}`}`,
      ],
      ['  confirmed', whole(orders.confirmed)],
      ...Object.entries(orders.rejected).map(([reason, count]): Row => [`  rejected: ${reason}`, whole(count)]),
      ['  cancelled while pending', whole(orders.cancelledWhilePending)],
      ['  cancelled after confirmation', whole(orders.cancelledAfterConfirmation)],
      ['  without an outcome', whole(orders.withoutOutcome.length)],
      [
        'cancellations of the file (matched / nothing to cancel)',
        `${whole(cancellations.matched)} / ${whole(cancellations.void)}`,
      ],
      ['revenue of the confirmed orders', pounds(revenue.catalogue)],
      ['  at the prices of their invoices', pounds(revenue.invoices)],
      [
        '  difference: one price per article',
        `${pounds(revenue.catalogue - revenue.invoices)}${percent(revenue.catalogue - revenue.invoices, revenue.invoices)}`,
      ],
      ['orders/s', `${speed.ordersPerSecond.toFixed(1)} in ${speed.seconds.toFixed(1)} s`],
      ...waits,
      ['repeated calls', whole(speed.retries)],
      ['unexpected errors', whole(summary.errors.length)],
    ]),
    ...listOf('Orders without an outcome (by invoice)', orders.withoutOutcome, rest),
    ...listOf(
      'Unexpected errors',
      summary.errors.map(({ invoice, message: what }) => `invoice ${invoice}: ${what}`),
      rest,
    ),
    ...(orders.skipped > 0
      ? ['', `${whole(orders.skipped)} orders and cancellations were skipped: the shop was unreachable.`]
      : []),
  ];
}
