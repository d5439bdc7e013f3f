import { connectKafka } from '../environment/kafka.js';
import { Platform } from '../environment/platform.js';
import { runBench, inTurn } from '../frame/bench.js';
import { comparisonReport } from '../frame/comparison.js';
import { wholeNumber } from '../frame/options.js';
import { machineLoad, medianOf, spreadOf, type Column } from '../frame/report.js';
import { milliseconds, number } from '../frame/statistics.js';
import { backlogTopic } from '../workload/backlog.js';
import type { Backlog, WorkloadName } from '../workload/workload.js';
import { measureRebuild, measureRecovery, populate, type Round } from './measure.js';

/** Messages of the projection for each of its rows, and for each message of the lost database. */
const perProduct = 10;
const perLost = 2;
const partitions = 3;

const columns: readonly Column<Round>[] = [
  spreadOf('messages/s', ({ perSecond }) => perSecond),
  spreadOf('seconds', ({ seconds }) => seconds, 1),
  spreadOf('CPU µs a message', ({ cpu }) => cpu['replay']!),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu['PostgreSQL']!),
  spreadOf('of Kafka', ({ cpu }) => cpu['Kafka']!, 1),
  medianOf('table locked', ({ lockedMs }) => lockedMs, milliseconds),
  machineLoad,
];

await runBench({
  name: 'replay',
  description:
    'Measures how fast a projection is rebuilt and exchanged for the live one, and a lost database recovered, from the topics.',
  options: {
    messages: wholeNumber(
      'of the projection, ten for each row, at least 1,000; half as many of the lost database',
      200_000,
      1_000,
    ),
    rounds: wholeNumber('of each', 3),
  },
  success: 'after every round each row was right, and the hashes of all tables were those from before',
  run: async ({ messages, rounds }, progress) => {
    const products = Math.ceil(messages / perProduct);
    const lostMessages = Math.ceil(messages / perLost);
    const backlogOf = (workload: WorkloadName, count: number): Backlog => {
      const topic = backlogTopic(`bench.${workload}`, partitions);
      return { workload, topic, messages: count, products, seed: 1 };
    };
    progress.next('starting Kafka and PostgreSQL');
    const platform = await Platform.open();
    const kafka = connectKafka(platform.brokers);
    const measure = async (name: string, of: (round: number) => Promise<Round>): Promise<readonly Round[]> =>
      (
        await inTurn({
          rounds,
          columns,
          progress,
          variants: [name],
          nameOf: () => name,
          measure: (_, round) => of(round),
        })
      )[0]!;
    progress.next('a service builds the projection');
    const prices = await populate(platform, kafka, backlogOf('prices', messages));
    const rebuild = await measure('rebuild', () => measureRebuild(platform, prices));
    await prices.stop();
    progress.next('a service fills the database');
    const stock = await populate(platform, kafka, backlogOf('stock', lostMessages));
    await stock.stop();
    const recovery = await measure('recovery', (round) => measureRecovery(platform, kafka, stock, round));
    await kafka.close();
    return comparisonReport({
      title: 'Replay and recovery',
      what: `${number(messages)} messages into ${number(products)} rows, beside the live table and exchanged for it; and a database with ${number(lostMessages)} messages handled and as many published. Each in a fresh process.`,
      sharedWith: 'Kafka and PostgreSQL',
      columns,
      lines: [
        { labels: ['a projection, rebuilt'], rounds: rebuild },
        { labels: ['a lost database, recovered'], rounds: recovery },
      ],
      chartTitle: 'Replay and recovery: messages a second',
      figures: { products, rounds: { rebuild, recovery } },
    });
  },
});
