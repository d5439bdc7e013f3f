import { backlogTopic, type Backlog } from '../workload/backlog.js';
import { runBench, inTurn } from '../frame/bench.js';
import { wholeNumber } from '../frame/options.js';
import { Platform } from '../environment/platform.js';
import { measureRebuild, measureRecovery } from './measure.js';
import { columns, reportOf } from './report.js';
import { populate } from './populate.js';

/** Messages of the projection for each of its rows, and for each message of the lost database. */
const perProduct = 10;
const perLost = 2;
const partitions = 3;

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
    const backlogOf = (workload: Backlog['workload'], count: number): Backlog => ({
      workload,
      topic: backlogTopic(`bench.${workload}`, partitions),
      messages: count,
      products,
      seed: 1,
    });
    progress.next('starting Kafka and PostgreSQL');
    const platform = await Platform.open();
    const run = { rounds, columns, progress };
    progress.next('a service builds the projection');
    const prices = await populate(platform, backlogOf('prices', messages));
    const [rebuild = []] = await inTurn({
      ...run,
      variants: [prices],
      nameOf: () => 'rebuild',
      measure: () => measureRebuild(platform, prices),
    });
    await prices.stop();
    progress.next('a service fills the database');
    const stock = await populate(platform, backlogOf('stock', Math.ceil(messages / perLost)));
    await stock.stop();
    const [recovery = []] = await inTurn({
      ...run,
      variants: [stock],
      nameOf: () => 'recovery',
      measure: (lost, round) => measureRecovery(platform, lost, round),
    });
    return reportOf(products, { rebuild, recovery });
  },
});
