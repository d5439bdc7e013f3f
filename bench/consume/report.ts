import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, medianOf, ratioOf, spreadOf, tableOf, type Column, type Report } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { workloadNames, type WorkloadName } from '../workload/workload.js';
import type { ConsumerName, Round } from './measure.js';

/** The rounds of both consumers with one workload. */
export interface Result {
  readonly workload: WorkloadName;
  readonly partitions: number;
  readonly rounds: Readonly<Record<ConsumerName, readonly Round[]>>;
}

const other = 'a transaction a message';
const titles: Readonly<Record<WorkloadName, readonly [long: string, short: string]>> = {
  stock: ['a guarded update that publishes an event', 'an update'],
  prices: ['a projection', 'a projection'],
};

export const columns: readonly Column<Round>[] = [
  spreadOf('messages/s', ({ perSecond }) => perSecond),
  ratioOf(`of ${other}`, ({ perSecond }) => perSecond, 1),
  medianOf('messages a transaction', ({ messagesATransaction }) => messagesATransaction, number),
  spreadOf('CPU µs a message', ({ cpu }) => cpu.consumer),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu.postgres),
  spreadOf('of Kafka', ({ cpu }) => cpu.kafka),
  machineLoad,
];

const linesOf = (results: readonly Result[]) =>
  results.flatMap(({ workload, partitions, rounds: { library, bare } }) => [
    {
      labels: ['Tradewind', String(partitions)],
      rounds: library,
      baseline: bare,
      bar: `${titles[workload][1]}, ${partitions} part.`,
    },
    { labels: [other, String(partitions)], rounds: bare, bar: '… a transaction each' },
  ]);

export const reportOf = (messages: Readonly<Record<ConsumerName, number>>, results: readonly Result[]): Report =>
  comparisonReport({
    title: 'What one consumer handles',
    what: `${number(messages.library)} messages that wait in Kafka (${number(messages.bare)} for the other consumer, which is slow), from the first committed transaction to the last. Each round has a fresh process and database.`,
    sharedWith: 'Kafka, PostgreSQL and the consumer',
    columns,
    lines: linesOf(results),
    body: workloadNames.flatMap((workload) => [
      [`## ${titles[workload][0]}`],
      tableOf(['consumer', 'partitions'], columns, linesOf(results.filter((result) => result.workload === workload))),
    ]),
    chartTitle: 'Messages a second that one consumer handles',
    figures: { messages, results },
  });
