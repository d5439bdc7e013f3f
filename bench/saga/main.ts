import { InvalidArgumentError } from 'commander';
import { startBare } from '../baselines/bare/start.js';
import { startHttp } from '../baselines/http/start.js';
import { startNestTutorial } from '../baselines/nest-tutorial/start.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { flag, option, parseWholeNumber, someOf, wholeNumber } from '../frame/options.js';
import { products } from '../orders/orders.js';
import { columnsOf, orderReport } from '../orders/report.js';
import { measureShop, type Mode } from '../orders/round.js';
import { shopWith } from '../orders/shop.js';
import { statementSettings } from '../orders/statements.js';

/** The shop in three ways, and what it is compared with. */
const variants = {
  shop: shopWith({}),
  'shop-through-gateway': shopWith({ throughGateway: true }),
  'shop-with-provider': shopWith({ separateProvider: true }),
  bare: startBare,
  'nest-tutorial': startNestTutorial,
  http: startHttp,
};
const names = Object.keys(variants) as (keyof typeof variants)[];

await runBench({
  name: 'saga',
  description:
    'Measures orders from the call to their outcome, shop by shop in turn, each round with a Kafka and a PostgreSQL of its own.',
  options: {
    variants: someOf(names, ['shop']),
    mode: option<Mode>(
      'mode',
      'closed=2000 (orders without an outcome at any time), open=200 (orders a second) or burst=20000 (orders at once)',
      { kind: 'closed', outstanding: 2_000 },
      parseMode,
    ),
    rounds: wholeNumber('of each variant', 3),
    warmUp: wholeNumber('seconds before each measurement', 8),
    seconds: wholeNumber('of each measurement', 15),
    statements: flag('print the statements of PostgreSQL, with their costs for one order'),
  },
  success: 'after every round every order had one outcome, and the audits were clean',
  run: async (plan) => {
    const results = await inTurn({
      rounds: plan.rounds,
      variants: plan.variants,
      nameOf: (name) => name,
      measure: async (name) => {
        const platform = await Platform.open(plan.statements ? statementSettings : {});
        const { brokers, postgresUrl, folder } = platform;
        const shop = await variants[name]({ brokers, postgresUrl, folder, products });
        const round = await measureShop(platform, shop, plan);
        await shop.stop();
        await platform.close();
        return round;
      },
      columns: columnsOf(''),
    });
    const rounds = Object.fromEntries(plan.variants.map((name, index) => [name, results[index]!]));
    return orderReport('Orders, from the call to their outcome', plan.mode, plan.seconds, rounds);
  },
});

function parseMode(text: string): Mode {
  const [kind = '', count = ''] = text.split('=');
  switch (kind) {
    case 'closed':
      return { kind, outstanding: parseWholeNumber(count) };
    case 'open':
      return { kind, perSecond: parseWholeNumber(count) };
    case 'burst':
      return { kind, orders: parseWholeNumber(count) };
    default:
      throw new InvalidArgumentError('expected closed=2000, open=200 or burst=20000');
  }
}
