import { connectKafka } from '../environment/kafka.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { comparisonReport } from '../frame/comparison.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { machineLoad, medianOf, ratioOf, spreadOf, tableOf, type Column } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { backlogTopic, publishBacklog } from '../workload/backlog.js';
import { consumerNames, workloadNames, type ConsumerName, type WorkloadName } from '../workload/workload.js';
import { measureRound, type Case, type Round } from './measure.js';

/** Products with a price; and the share of the messages that a slower consumer gets, so that each takes some seconds. */
const products = 20_000;
const shares: Readonly<Record<ConsumerName, number>> = { decisions: 1, transactional: 1 / 4, bare: 1 / 20 };

const names: Readonly<Record<ConsumerName, string>> = {
  decisions: 'decisions',
  transactional: 'transactional handlers',
  bare: 'without the library',
};
const titles: Readonly<Record<WorkloadName, readonly [long: string, short: string]>> = {
  stock: ['a guarded update that publishes an event', 'an update'],
  prices: ['a projection', 'a projection'],
};

const columns: readonly Column<Round>[] = [
  spreadOf('messages/s', ({ perSecond }) => perSecond),
  ratioOf(`of ${names.bare}`, ({ perSecond }) => perSecond, 1),
  medianOf('messages a transaction', ({ messagesATransaction }) => messagesATransaction, number),
  spreadOf('CPU µs a message', ({ cpu }) => cpu['consumer']!),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu['PostgreSQL']!),
  spreadOf('of Kafka', ({ cpu }) => cpu['Kafka']!),
  machineLoad,
];

await runBench({
  name: 'consume',
  description:
    'Measures how many waiting messages one consumer handles a second: with decisions, with transactional handlers, and without the library in a transaction for each.',
  options: {
    messages: wholeNumber(
      'for decisions, at least 10,000; a quarter for transactional handlers, a twentieth without the library',
      100_000,
      10_000,
    ),
    partitions: risingNumbers('of the topics', [1, 3, 12], { most: 64 }),
    rounds: wholeNumber('of each', 3),
  },
  success: 'after every round each message was handled once, in the order of its key',
  run: async (options, progress) => {
    progress.next('starting Kafka and PostgreSQL');
    const platform = await Platform.open();
    const kafka = connectKafka(platform.brokers);
    const messagesOf = (name: ConsumerName): number => Math.round(options.messages * shares[name]);
    const cases = workloadNames.flatMap((workload) =>
      options.partitions.flatMap((partitions) =>
        consumerNames.map((consumer): Case => {
          const topic = backlogTopic(`bench.${workload}-${partitions}-${consumer}`, partitions);
          return { consumer, workload, topic, messages: messagesOf(consumer), products, seed: partitions };
        }),
      ),
    );
    progress.next('publishing the backlogs');
    for (const each of cases) await publishBacklog(kafka, each);
    const results = await inTurn({
      rounds: options.rounds,
      variants: cases,
      nameOf: ({ workload, topic, consumer }) => `${workload}, ${topic.partitions} partitions, ${consumer}`,
      measure: (each, round) => measureRound(platform, kafka, each, round),
      columns,
      progress,
    });
    await kafka.close();
    const measured = cases.map(({ workload, consumer, topic: { partitions } }, index) => ({
      workload,
      consumer,
      partitions,
      rounds: results[index]!,
    }));
    const lines = measured.map(({ workload, consumer, partitions, rounds }, index) => ({
      workload,
      labels: [names[consumer], String(partitions)],
      rounds,
      ...(consumer !== 'bare' && {
        baseline: measured.slice(index).find((each) => each.consumer === 'bare')!.rounds,
      }),
      bar: consumer === 'decisions' ? `${titles[workload][1]}, ${partitions} part.` : `… ${names[consumer]}`,
    }));
    return comparisonReport({
      title: 'What one consumer handles',
      what: `${number(messagesOf('decisions'))} messages that wait in Kafka (${number(messagesOf('transactional'))} for transactional handlers, ${number(messagesOf('bare'))} without the library, with a transaction a message), from the first committed transaction to the last. Each round has a fresh process and database.`,
      sharedWith: 'Kafka, PostgreSQL and the consumer',
      columns,
      lines,
      body: workloadNames.flatMap((workload) => [
        [`## ${titles[workload][0]}`],
        tableOf(
          ['consumer', 'partitions'],
          columns,
          lines.filter((line) => line.workload === workload),
        ),
      ]),
      chartTitle: 'Messages a second that one consumer handles',
      figures: { messages: options.messages, results: measured },
    });
  },
});
