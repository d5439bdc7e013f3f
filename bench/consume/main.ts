import { connectKafka } from '../environment/kafka.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { backlogTopic, publishBacklog } from '../workload/backlog.js';
import { workloadNames } from '../workload/workload.js';
import { consumers, type ConsumerName } from './consumers.js';
import { measureRound, type Case } from './measure.js';
import { columns, reportOf } from './report.js';

/** Products with a price; and the share of the messages that a slower consumer gets, so that each takes some seconds. */
const products = 20_000;
const shares: Readonly<Record<ConsumerName, number>> = { decisions: 1, transactional: 1 / 4, bare: 1 / 20 };

const byConsumer = <V>(valueOf: (name: ConsumerName, at: number) => V) =>
  Object.fromEntries(consumers.map((name, at) => [name, valueOf(name, at)])) as Readonly<Record<ConsumerName, V>>;

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
    const messages = byConsumer((name) => Math.round(options.messages * shares[name]));
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
        consumer === consumers[0]
          ? [{ workload, partitions, rounds: byConsumer((_, at) => results[index + at]!) }]
          : [],
      ),
    );
  },
});
