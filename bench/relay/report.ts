import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, ratioOf, spreadOf, type Column, type Report } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { steadyRate, type Plan, type RelayName, type Round } from './measure.js';
import { partitions, payloadBytes } from './parcel.js';

export const columns: readonly Column<Round>[] = [
  spreadOf('drain, rows/s', ({ perSecond }) => perSecond),
  ratioOf('of bare', ({ perSecond }) => perSecond),
  spreadOf('CPU µs a row', ({ cpu }) => cpu, 1),
  spreadOf('of PostgreSQL', ({ postgresCpu }) => postgresCpu, 1),
  spreadOf('commit to consumer, p50 ms', ({ p50 }) => p50, 1),
  spreadOf('p99 ms', ({ p99 }) => p99, 1),
  machineLoad,
];

export const reportOf = (plan: Plan, rounds: Readonly<Record<RelayName, readonly Round[]>>): Report =>
  comparisonReport({
    title: 'From the outbox to Kafka',
    what: `${number(plan.rows)} rows of ${payloadBytes} bytes, written by the append of the library, to a topic of ${partitions} partitions; then ${steadyRate} commits a second for ${plan.steadySeconds} s.`,
    sharedWith: 'Kafka, PostgreSQL, the relay and the consumer',
    labels: ['relay'],
    columns,
    lines: [
      { labels: ['Tradewind'], rounds: rounds.library, baseline: rounds.bare },
      { labels: ['bare pg and kafkajs'], rounds: rounds.bare },
    ],
    chartTitle: `Rows a second from the outbox to Kafka: ${number(plan.rows)} rows of ${payloadBytes} bytes`,
    figures: { plan, rounds },
  });
