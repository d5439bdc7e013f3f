import { log } from '../environment/log.js';
import { cpuOf, machine, processorCount } from '../environment/machine.js';
import { runBench } from '../frame/bench.js';
import { chartOf } from '../frame/chart.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { machineLoad, medianOf, summary, table, tableOf, type Column } from '../frame/report.js';
import { milliseconds, number, percent } from '../frame/statistics.js';
import { callMs, effectConcurrency, jobTopic } from './job.js';
import { ceiling, Measurement, type Change, type Row } from './measure.js';
import { nameOf, orderViolations, repetitions } from './verify.js';

/** The messages a second of `n` consumers if each did as much as those of the first row. */
const idealOf = (row: Row, [first]: readonly Row[]): number => (first!.perSecond * row.consumers) / first!.consumers;

/** Of the time in which the processors were busy: what consumers, broker and database used. */
const usedShare = (row: Row): number => (cpuOf(row) * row.perSecond) / 1e6 / (processorCount * row.busy);

const oneDigit = (value: number): string => number(value, 1);
const columnsOf = (rows: readonly Row[]): readonly Column<Row>[] => [
  medianOf('messages/s', ({ perSecond }) => perSecond, oneDigit),
  medianOf('of n × the first row', (row) => row.perSecond / idealOf(row, rows), percent),
  medianOf('p50 from publication to completion', ({ p50 }) => p50, milliseconds),
  medianOf('p99', ({ p99 }) => p99, milliseconds),
  medianOf(
    'CPU a message',
    (row) => cpuOf(row) / 1_000,
    (value) => `${oneDigit(value)} ms`,
  ),
  medianOf('processors busy', ({ busy }) => busy, percent),
  medianOf('share of the bench', usedShare, percent),
  machineLoad,
];

await runBench({
  name: 'scale',
  description:
    'Measures 1, 2, 4 and 8 consumers of one group, and the cost of consumers that join, leave and are killed.',
  options: {
    seconds: wholeNumber('for each row and load', 20),
    consumers: risingNumbers('rows', [1, 2, 4, 8], { most: jobTopic.partitions }),
  },
  success: 'no job was lost, completed twice or out of order',
  run: async ({ seconds, consumers: counts }, progress) => {
    progress.next('starting Kafka and PostgreSQL');
    const measurement = await Measurement.open(progress);
    const { consumers, publisher } = measurement;
    log(`one consumer can handle ${ceiling} messages/s at best`);
    const rows: Row[] = [];
    for (const count of counts) {
      progress.next(`starting ${count - consumers.size} more`);
      await consumers.join(count - consumers.size);
      rows.push(await measurement.row(seconds));
      log(`${count} consumers: ${summary(columnsOf(rows), rows.at(-1)!)}`);
    }
    const [first, last] = [rows[0]!, rows.at(-1)!];
    const changes: Change[] = [];
    for (const [what, action] of [
      ['two join', () => consumers.join(2)],
      ['one stops in order', () => consumers.leave('stop')],
      ['one is killed', () => consumers.leave('kill')],
      ['one joins', () => consumers.join(1)],
    ] as const)
      changes.push(await measurement.change(what, last.perSecond / 2, action));
    progress.next('stopping the consumers');
    await consumers.stop();
    await publisher.close();
    const completed = await measurement.completedJobs();
    const totals = {
      published: publisher.sentAt.size,
      lost: publisher.sentAt.size - new Set(completed.map(nameOf)).size,
      'order violations': orderViolations(completed, consumers.calls),
      'completed twice': repetitions(completed),
      /** Records that arrived again without an effect, and calls that another consumer repeated. */
      'repeated records': consumers.repeatedRecords,
      'repeated calls': repetitions(consumers.calls),
    };
    const reached = percent(last.perSecond / idealOf(last, rows));
    const isWrong = totals.lost + totals['order violations'] + totals['completed twice'] > 0;
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
          changes.map((change) => [
            change.what,
            ...[change.assignedAfter, change.pause, change.slowest].map(milliseconds),
          ]),
        ),
        table(Object.keys(totals), [Object.values(totals).map((count) => number(count))]),
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
      figures: { machine: machine(), seconds, rows, changes, totals },
      failure: isWrong ? 'jobs were lost, completed twice or out of order' : undefined,
    };
  },
});
