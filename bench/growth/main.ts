import { log } from '../environment/log.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { flag, risingNumbers, wholeNumber } from '../frame/options.js';
import { products } from '../orders/orders.js';
import { columnsOf } from '../orders/report.js';
import { measureShop, type Mode } from '../orders/round.js';
import { statementSettings } from '../orders/statements.js';
import { nameOf, reportOf, type PastRound } from './report.js';
import { openShopWithPast } from './shop-with-past.js';

/** Orders that buyers place in each round before the measurement; past orders are copies of them. */
const templates = 300;

await runBench({
  name: 'growth',
  description:
    'Measures orders as bench:saga does, with different numbers of past orders in turn, each round with a Kafka and a PostgreSQL of its own.',
  options: {
    orders: risingNumbers(
      `past orders, as 0,10000,100000,1000000, in addition to the ${templates} that they are copies of`,
      [0, 10_000, 100_000],
      { least: 0 },
    ),
    outstanding: wholeNumber('orders without an outcome at any time', 2_000),
    rounds: wholeNumber('of each number', 3),
    warmUp: wholeNumber('seconds before each measurement', 8),
    seconds: wholeNumber('of each measurement', 15),
    statements: flag('print the statements of PostgreSQL, with their costs for one order'),
  },
  success: 'after every round every order had one outcome, past ones too, and the audits were clean',
  run: async (plan) => {
    const mode: Mode = { kind: 'closed', outstanding: plan.outstanding };
    const results = await inTurn({
      rounds: plan.rounds,
      variants: plan.orders,
      nameOf,
      measure: async (copies): Promise<PastRound> => {
        const platform = await Platform.open(plan.statements ? statementSettings : {});
        const { brokers, postgresUrl, folder } = platform;
        const since = performance.now();
        const environment = { brokers, postgresUrl, folder, products };
        const { tested, past, databaseBytes } = await openShopWithPast(environment, { templates, copies }, log);
        const preparation = (performance.now() - since) / 1_000;
        log(
          `  ${past.accepted} orders, ${(databaseBytes / 2 ** 20).toFixed(0)} MiB, after ${preparation.toFixed(0)} s`,
        );
        const round = await measureShop(platform, tested, { ...plan, mode }, past);
        await tested.stop();
        await platform.close();
        return { ...round, databaseBytes, preparation };
      },
      columns: columnsOf(''),
    });
    const rounds = Object.fromEntries(plan.orders.map((orders, index) => [nameOf(orders), results[index]!]));
    return reportOf(mode, plan.seconds, rounds);
  },
});
