import { connectKafka } from '../environment/kafka.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { backlogTopic, publishBacklog } from '../workload/backlog.js';
import { workloadNames } from '../workload/workload.js';
import { consumers, measureRound, type Case } from './measure.js';
import { columns, reportOf } from './report.js';

/** Products with a price; and how many more messages the library gets, so that both consumers take some seconds. */
const products = 20_000;
const moreForLibrary = 20;

await runBench({
  name: 'consume',
  description:
    'Measures how many waiting messages one consumer handles a second, in turn with a consumer that runs a transaction for each.',
  options: {
    messages: wholeNumber('for the library, at least 10,000; a twentieth for the other consumer', 100_000, 10_000),
    partitions: risingNumbers('of the topics', [1, 3, 12], { most: 64 }),
    rounds: wholeNumber('of each', 3),
  },
  success: 'after every round each message was handled once, in the order of its key',
  run: async (options, progress) => {
    progress.next('starting Kafka and PostgreSQL');
    const platform = await Platform.open();
    const messages = { library: options.messages, bare: Math.round(options.messages / moreForLibrary) };
    const cases = workloadNames.flatMap((workload) =>
      options.partitions.flatMap((partitions) =>
        consumers.map((consumer): Case => {
          const topic = backlogTopic(`bench.${workload}-${partitions}-${consumer}`, partitions);
          return { consumer, workload, topic, messages: messages[consumer], products, seed: partitions };
        }),
      ),
    );
    progress.next('publishing the backlogs');
    const kafka = connectKafka(platform.brokers);
    for (const each of cases) await publishBacklog(kafka, each);
    await kafka.close();
    const results = await inTurn({
      rounds: options.rounds,
      variants: cases,
      nameOf: ({ workload, topic, consumer }) => `${workload}, ${topic.partitions} partitions, ${consumer}`,
      measure: (each, round) => measureRound(platform, each, round),
      columns,
      progress,
    });
    return reportOf(
      messages,
      cases.flatMap(({ consumer, workload, topic: { partitions } }, index) =>
        consumer === 'library'
          ? [{ workload, partitions, rounds: { library: results[index]!, bare: results[index + 1]! } }]
          : [],
      ),
    );
  },
});
