import { comparisonReport } from '../frame/comparison.js';
import { machineLoad, medianOf, ratioOf, spreadOf, tableOf, type Column, type Report } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { workloadNames, type WorkloadName } from '../workload/workload.js';
import { consumers, type ConsumerName } from './consumers.js';
import type { Round } from './measure.js';

/** The rounds of both consumers with one workload. */
export interface Result {
  readonly workload: WorkloadName;
  readonly partitions: number;
  readonly rounds: Readonly<Record<ConsumerName, readonly Round[]>>;
}

const names: Readonly<Record<ConsumerName, string>> = {
  decisions: 'decisions',
  transactional: 'transactional handlers',
  bare: 'without the library',
};
const titles: Readonly<Record<WorkloadName, readonly [long: string, short: string]>> = {
  stock: ['a guarded update that publishes an event', 'an update'],
  prices: ['a projection', 'a projection'],
};

export const columns: readonly Column<Round>[] = [
  spreadOf('messages/s', ({ perSecond }) => perSecond),
  ratioOf(`of ${names.bare}`, ({ perSecond }) => perSecond, 1),
  medianOf('messages a transaction', ({ messagesATransaction }) => messagesATransaction, number),
  spreadOf('CPU µs a message', ({ cpu }) => cpu.consumer),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu.postgres),
  spreadOf('of Kafka', ({ cpu }) => cpu.kafka),
  machineLoad,
];

const linesOf = (results: readonly Result[]) =>
  results.flatMap(({ workload, partitions, rounds }) =>
    consumers.map((name) => ({
      labels: [names[name], String(partitions)],
      rounds: rounds[name],
      ...(name !== 'bare' && { baseline: rounds.bare }),
      bar: name === 'decisions' ? `${titles[workload][1]}, ${partitions} part.` : `… ${names[name]}`,
    })),
  );

export const reportOf = (messages: Readonly<Record<ConsumerName, number>>, results: readonly Result[]): Report =>
  comparisonReport({
    title: 'What one consumer handles',
    what: `${number(messages.decisions)} messages that wait in Kafka (${number(messages.transactional)} for transactional handlers, ${number(messages.bare)} without the library, with a transaction a message), from the first committed transaction to the last. Each round has a fresh process and database.`,
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
