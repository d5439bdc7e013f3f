import { table } from '../../../tools/ops/screen.js';
import type { Outcome, Tally } from './outcome.js';

/** Violations of one seed that are told. */
const told = 8;

const number = (value: number): string => Math.round(value).toLocaleString('en');

/** One line while it runs. */
export const progressOf = ({ seeds, orders, failed }: Tally, all: number, seconds: number): string =>
  `${number(seeds)} of ${number(all)} seeds, ${number(orders)} orders, ${failed.length} failed (${seconds.toFixed(0)} s)`;

/** What a failing seed has broken, and how to see it again. */
export function failureOf({ seed, violations }: Outcome): string {
  const more = violations.length > told ? [`  … and ${violations.length - told} more`] : [];
  return [
    `seed ${seed} breaks ${violations.length} promises:`,
    ...violations.slice(0, told).map((violation) => `  ${violation}`),
    ...more,
    `  npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

/** The table at the end. */
export function summaryOf(tally: Tally, seconds: number): string {
  const { seeds, orders, confirmed, messages, events, virtualSeconds, struck, failed } = tally;
  const rows: (readonly [string, string])[] = [
    ['seeds', number(seeds)],
    ['failed', number(failed.length)],
    ['orders', `${number(orders)}, ${number(confirmed)} confirmed at the end`],
    ['messages', number(messages)],
    ['events', `${number(events)}, ${number(events / Math.max(seconds, 0.001))} a second`],
    ['time in the shops', `${(virtualSeconds / 3_600).toFixed(1)} hours`],
    ['time here', `${seconds.toFixed(1)} s, ${((seconds * 1_000) / Math.max(seeds, 1)).toFixed(1)} ms a seed`],
  ];
  const faults = Object.entries(struck)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, times]) => [kind, number(times)] as const);
  return [...table(['simulated', ''], rows), '', ...table(['faults', 'struck'], faults)].join('\n');
}
