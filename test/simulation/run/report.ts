import { table } from '@tradewind/operations/cli';
import type { SeedResult, Totals } from './seed-result.js';

/** Violations of one seed that are printed. */
const maxViolations = 8;

const number = (value: number): string => Math.round(value).toLocaleString('en');

/** One line during the run. */
export const progressOf = ({ seeds, orders, failed }: Totals, all: number, seconds: number): string =>
  `${number(seeds)} of ${number(all)} seeds, ${number(orders)} orders, ${failed.length} failed (${seconds.toFixed(0)} s)`;

/** The violations of a seed, and the command that repeats it. */
export function failureOf({ seed, violations }: SeedResult): string {
  const more = violations.length > maxViolations ? [`  … and ${violations.length - maxViolations} more`] : [];
  return [
    `seed ${seed} breaks ${violations.length} promises:`,
    ...violations.slice(0, maxViolations).map((violation) => `  ${violation}`),
    ...more,
    `  npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

/** The summary at the end. */
export function summaryOf(totals: Totals, seconds: number): string {
  const { seeds, orders, confirmed, messages, prunedMarks, events, virtualSeconds, faults, failed } = totals;
  const rows: (readonly [string, string])[] = [
    ['seeds', number(seeds)],
    ['failed', number(failed.length)],
    ['orders', `${number(orders)}, ${number(confirmed)} confirmed at the end`],
    ['messages', number(messages)],
    ['pruned marks', number(prunedMarks)],
    ['events', `${number(events)}, ${number(events / Math.max(seconds, 0.001))} a second`],
    ['virtual time', `${(virtualSeconds / 3_600).toFixed(1)} hours`],
    ['real time', `${seconds.toFixed(1)} s, ${((seconds * 1_000) / Math.max(seeds, 1)).toFixed(1)} ms a seed`],
  ];
  const faultRows = Object.entries(faults)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => [kind, number(count)] as const);
  return [...table(['simulated', ''], rows), '', ...table(['faults', 'injected'], faultRows)].join('\n');
}
