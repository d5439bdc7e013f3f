import { machine } from '../environment/machine.js';
import { chartOf } from '../frame/chart.js';
import { machineLoad, medianOf, table, tableOf, type Column, type Report } from '../frame/report.js';
import { milliseconds, number, percent } from '../frame/statistics.js';
import { callMs, effectConcurrency, jobTopic } from './job.js';
import type { Change, Row } from './measure.js';

/** Counts over all jobs. */
export interface Totals {
  readonly published: number;
  readonly lost: number;
  readonly orderViolations: number;
  readonly completedTwice: number;
  /** Records that arrived again without an effect, and calls that another consumer repeated. */
  readonly repeatedRecords: number;
  readonly repeatedCalls: number;
}

/** The messages a second of `n` consumers if each did as much as those of the first row. */
const idealOf = (row: Row, [first]: readonly Row[]): number => (first!.perSecond * row.consumers) / first!.consumers;

export const columnsOf = (rows: readonly Row[]): readonly Column<Row>[] => [
  medianOf(
    'messages/s',
    ({ perSecond }) => perSecond,
    (value) => number(value, 1),
  ),
  medianOf('of n × the first row', (row) => row.perSecond / idealOf(row, rows), percent),
  medianOf('p50 from publication to completion', ({ p50 }) => p50, milliseconds),
  medianOf('p99', ({ p99 }) => p99, milliseconds),
  medianOf(
    'CPU a message',
    ({ cpu }) => cpu / 1_000,
    (value) => `${number(value, 1)} ms`,
  ),
  medianOf('processors busy', ({ busy }) => busy, percent),
  medianOf('share of the bench', ({ used, busy }) => used / busy, percent),
  machineLoad,
];

export function reportOf(seconds: number, rows: readonly Row[], changes: readonly Change[], totals: Totals): Report {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const { published, lost, orderViolations, completedTwice, repeatedRecords, repeatedCalls } = totals;
  const reached = percent(last.perSecond / idealOf(last, rows));
  return {
    title: 'Consumers of one group',
    conditions: `One topic of ${jobTopic.partitions} partitions; each consumer is a process with at most ${effectConcurrency} concurrent calls of ${callMs} ms to the outside. ${machine()}, shared with Kafka, PostgreSQL, the consumers and the publisher. ${seconds} s for each row and load.`,
    body: [
      tableOf(
        ['consumers'],
        columnsOf(rows),
        rows.map((row) => ({ labels: [String(row.consumers)], rounds: [row] })),
      ),
      ['Messages/s: at full load. Waits: at seven tenths of that.'],
      table(
        ['change under load', 'partitions assigned after', 'longest pause without records', 'slowest job'],
        changes.map(({ what, ...times }) => [
          what,
          ...[times.assignedAfter, times.pause, times.slowest].map(milliseconds),
        ]),
      ),
      table(
        ['published', 'lost', 'order violations', 'completed twice', 'repeated records', 'repeated calls'],
        [
          [published, lost, orderViolations, completedTwice, repeatedRecords, repeatedCalls].map((count) =>
            number(count),
          ),
        ],
      ),
      [`${last.consumers} consumers reached ${reached} of ${last.consumers / first.consumers} times the first row.`],
    ],
    chart: chartOf({
      title: 'Messages a second by consumers; dashed: n times the first row',
      note: machine(),
      bars: rows.map((row) => ({
        name: `${row.consumers} consumers`,
        values: [row.perSecond],
        target: idealOf(row, rows),
      })),
    }),
    chartTitle: 'messages a second by consumers',
    figures: { machine: machine(), seconds, rows, changes, ...totals },
    failure:
      lost + orderViolations + completedTwice > 0 ? 'jobs were lost, completed twice or out of order' : undefined,
  };
}
