import { comparisonReport } from '../frame/comparison.js';
import {
  differenceOf,
  machineLoad,
  medianOf,
  ratioOf,
  spreadOf,
  tableOf,
  type Column,
  type Report,
} from '../frame/report.js';
import { percent, spread } from '../frame/statistics.js';
import type { Plan, Round, Route } from './measure.js';

export interface Result {
  readonly endpoint: string;
  readonly rounds: Readonly<Record<Route, readonly Round[]>>;
}

export const columns: readonly Column<Round>[] = [
  spreadOf('requests/s', ({ perSecond }) => perSecond),
  ratioOf('of directly', ({ perSecond }) => perSecond, 2, ''),
  spreadOf('p50 ms', ({ p50 }) => p50, 1),
  differenceOf('added', ({ p50 }) => p50),
  spreadOf('p99 ms', ({ p99 }) => p99, 1),
  differenceOf('added', ({ p99 }) => p99),
  medianOf('processors busy', ({ busy }) => busy, percent),
  machineLoad,
];
const cpuColumns: readonly Column<Round>[] = [
  {
    heading: 'gateway',
    cell: ({ rounds, baseline }) => (baseline ? spread(rounds.map(({ cpu }) => cpu.gateway)) : '–'),
  },
  spreadOf('service', ({ cpu }) => cpu.service),
  spreadOf('PostgreSQL', ({ cpu }) => cpu.PostgreSQL),
  spreadOf('client', ({ cpu }) => cpu.client),
];

export function reportOf(plan: Plan, results: readonly Result[]): Report {
  const labels = ['endpoint', 'route'];
  const lines = results.flatMap(({ endpoint, rounds: { service, gateway } }) => [
    { labels: [endpoint, 'directly'], rounds: service },
    {
      labels: [endpoint, 'through the gateway'],
      rounds: gateway,
      baseline: service,
      bar: '… through the gateway',
    },
  ]);
  return comparisonReport({
    title: 'What the gateway adds',
    what: `${plan.inFlight} requests in flight for ${plan.seconds} s, then ${plan.perSecond} requests a second for ${plan.seconds} s; every response is the expected one.`,
    sharedWith: 'Kafka, PostgreSQL, the shop and the client',
    labels,
    columns,
    lines,
    more: [['CPU microseconds a request, at full load:'], tableOf(labels, cpuColumns, lines)],
    chartTitle: `Requests a second, ${plan.inFlight} in flight`,
    figures: { plan, results },
  });
}
