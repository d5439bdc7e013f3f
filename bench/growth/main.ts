import { log } from '../environment/log.js';
import { inTurn, runBench } from '../frame/bench.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { medianOf, tableOf } from '../frame/report.js';
import { number } from '../frame/statistics.js';
import { columnsOf, orderReport } from '../orders/report.js';
import { measureShop, roundOptions, type Plan, type Round } from '../orders/round.js';
import { startWithPast } from './past-orders.js';

interface PastRound extends Round {
  /** Bytes of all databases at the start. */
  readonly databaseBytes: number;
  /** Seconds to start the shop and to place its past orders. */
  readonly preparation: number;
}

const pastColumns = [
  medianOf<PastRound>('MiB of databases', ({ databaseBytes }) => databaseBytes / 2 ** 20, number),
  medianOf<PastRound>('s to prepare', ({ preparation }) => preparation, number),
];
const nameOf = (orders: number): string => (orders === 0 ? 'no past orders' : `${number(orders)} past orders`);

await runBench({
  name: 'growth',
  description:
    'Measures orders as bench:saga does, with different numbers of past orders in turn, each round with a Kafka and a PostgreSQL of its own.',
  options: {
    orders: risingNumbers('past orders, as 0,10000,100000,1000000', [0, 10_000, 100_000], { least: 0 }),
    outstanding: wholeNumber('orders without an outcome at any time', 2_000),
    ...roundOptions,
  },
  success: 'after every round every order had one outcome, past ones too, and the audits were clean',
  run: async (options, progress) => {
    const plan: Plan = { ...options, mode: { kind: 'closed', orders: options.outstanding } };
    const results = await inTurn({
      rounds: plan.rounds,
      variants: options.orders,
      nameOf,
      measure: async (orders): Promise<PastRound> => {
        const { started, round } = await measureShop((environment) => startWithPast(environment, orders), plan);
        const { databaseBytes, preparation } = started;
        log(`  ${number(databaseBytes / 2 ** 20)} MiB, after ${number(preparation)} s`);
        return { ...round, databaseBytes, preparation };
      },
      columns: columnsOf(''),
      progress,
    });
    const names = options.orders.map(nameOf);
    const past = tableOf(
      [''],
      pastColumns,
      names.map((name, index) => ({ labels: [name], rounds: results[index]! })),
    );
    return orderReport('What past orders cost', plan, names, results, [past]);
  },
});
