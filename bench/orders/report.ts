import { cpuOf } from '../environment/machine.js';
import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, medianOf, ratioOf, spreadOf, table, type Column, type Report } from '../frame/report.js';
import { median, milliseconds, number, percent } from '../frame/statistics.js';
import type { Plan, Round } from './round.js';

export const columnsOf = (baseline: string): readonly Column<Round>[] => [
  spreadOf('orders/s', ({ perSecond }) => perSecond),
  ratioOf(`of ${baseline}`, ({ perSecond }) => perSecond),
  medianOf('p50', ({ p50 }) => p50, milliseconds),
  medianOf('p95', ({ p95 }) => p95, milliseconds),
  medianOf('p99', ({ p99 }) => p99, milliseconds),
  medianOf('answered, p50', ({ acceptedP50 }) => acceptedP50, milliseconds),
  spreadOf('CPU µs an order', cpuOf),
  medianOf('of the buyers', ({ ownCpu }) => ownCpu, number),
  medianOf('processors busy', ({ busy }) => busy, percent),
  machineLoad,
];

/** What each variant did, compared with the first, and what its processes used. `rounds`: of each variant. */
export function orderReport(
  title: string,
  { mode, seconds }: Plan,
  variants: readonly string[],
  rounds: readonly (readonly Round[])[],
  more: Report['body'] = [],
): Report {
  const how =
    mode.kind === 'closed'
      ? `${number(mode.orders)} orders without an outcome at any time`
      : `${number(mode.orders)} orders a second`;
  const processes = new Set(rounds.flatMap((each) => each.flatMap(({ cpu }) => Object.keys(cpu))));
  const usageOf = (each: readonly Round[], process: string): string => {
    if (each[0]?.cpu[process] === undefined) return '–';
    const cpu = median(each.map((round) => round.cpu[process] ?? 0));
    return `${number(cpu)} / ${number(Math.max(...each.map(({ memory }) => memory[process] ?? 0)))}`;
  };
  const usage = table(
    ['CPU µs an order / largest MiB resident', ...variants],
    [...processes].map((process) => [process, ...rounds.map((each) => usageOf(each, process))]),
  );
  return comparisonReport({
    title,
    what: `${how}; ${seconds} s a round.`,
    sharedWith: 'Kafka, PostgreSQL, the shop and its buyers',
    columns: columnsOf(variants[0]!),
    lines: variants.map((name, index) => ({ labels: [name], rounds: rounds[index]!, baseline: rounds[0] })),
    more: [usage, ...more],
    chartTitle: `Orders a second: ${how}`,
    figures: { mode, seconds, rounds: Object.fromEntries(variants.map((name, index) => [name, rounds[index]])) },
  });
}
