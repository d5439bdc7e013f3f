import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, medianOf, ratioOf, spreadOf, table, type Column, type Report } from '../frame/report.js';
import { median, milliseconds, number, percent } from '../frame/statistics.js';
import { cpuOf, type Mode, type Round } from './round.js';

/** Rounds by variant; the first variant is the baseline. */
export type Results<R extends Round = Round> = Readonly<Record<string, readonly R[]>>;

export const columnsOf = (baseline: string): readonly Column<Round>[] => [
  spreadOf('orders/s', ({ perSecond }) => perSecond),
  ratioOf(`of ${baseline}`, ({ perSecond }) => perSecond),
  medianOf('p50', ({ p50 }) => p50, milliseconds),
  medianOf('p95', ({ p95 }) => p95, milliseconds),
  medianOf('p99', ({ p99 }) => p99, milliseconds),
  medianOf('answered, p50', ({ acceptedP50 }) => acceptedP50, milliseconds),
  spreadOf('CPU µs an order', cpuOf),
  medianOf('of the buyers', ({ buyers }) => buyers, number),
  medianOf('processors busy', ({ busy }) => busy, percent),
  machineLoad,
];

const textOf = (mode: Mode): string => {
  switch (mode.kind) {
    case 'closed':
      return `${number(mode.outstanding)} orders without an outcome at any time`;
    case 'open':
      return `${number(mode.perSecond)} orders a second`;
    case 'burst':
      return `${number(mode.orders)} orders at once`;
  }
};

/** What each variant did, compared with the first, and what its processes used. */
export function orderReport(
  title: string,
  mode: Mode,
  seconds: number,
  rounds: Results,
  more: Report['body'] = [],
): Report {
  const entries = Object.entries(rounds);
  const [baselineName, baseline] = entries[0]!;
  const processes = new Set(entries.flatMap(([, each]) => each.flatMap(({ cpu }) => Object.keys(cpu))));
  const usageOf = (each: readonly Round[], process: string): string => {
    if (each[0]?.cpu[process] === undefined) return '–';
    const cpu = median(each.map((round) => round.cpu[process] ?? 0));
    return `${number(cpu)} / ${number(Math.max(...each.map(({ memory }) => memory[process] ?? 0)))}`;
  };
  const usage = table(
    ['CPU µs an order / largest MiB resident', ...Object.keys(rounds)],
    [...processes].map((process) => [process, ...entries.map(([, each]) => usageOf(each, process))]),
  );
  return comparisonReport({
    title,
    what: `${textOf(mode)}; ${seconds} s a round.`,
    sharedWith: 'Kafka, PostgreSQL, the shop and its buyers',
    columns: columnsOf(baselineName),
    lines: entries.map(([name, each]) => ({ labels: [name], rounds: each, baseline })),
    more: [usage, ...more],
    chartTitle: `Orders a second: ${textOf(mode)}`,
    figures: { mode, seconds, rounds },
  });
}
