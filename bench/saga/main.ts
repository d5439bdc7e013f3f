import { InvalidArgumentError } from 'commander';
import { startBare } from '../baselines/bare/start.js';
import { startHttp, startNestTutorial } from '../baselines/nest/start.js';
import { inTurn, runBench } from '../frame/bench.js';
import { option, parseWholeNumber, someOf } from '../frame/options.js';
import { columnsOf, orderReport } from '../orders/report.js';
import { measureShop, roundOptions, type Mode } from '../orders/round.js';
import { shopWith } from '../orders/shop.js';

/** The shop in three ways, and what it is compared with. */
const variants = {
  shop: shopWith({}),
  'shop-through-gateway': shopWith({ throughGateway: true }),
  'shop-with-provider': shopWith({ separateProvider: true }),
  'shop-traced-1-percent': shopWith({ traced: 0.01 }),
  'shop-traced': shopWith({ traced: 1 }),
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
      'closed=2000 (orders without an outcome at any time) or open=200 (orders a second)',
      { kind: 'closed', orders: 2_000 },
      parseMode,
    ),
    ...roundOptions,
  },
  success: 'after every round every order had one outcome, and the audits were clean',
  run: async (plan) => {
    const results = await inTurn({
      rounds: plan.rounds,
      variants: plan.variants,
      nameOf: (name) => name,
      measure: async (name) =>
        (await measureShop(async (environment) => ({ shop: await variants[name](environment) }), plan)).round,
      columns: columnsOf(''),
    });
    return orderReport('Orders, from the call to their outcome', plan, plan.variants, results);
  },
});

function parseMode(text: string): Mode {
  const [kind, count = ''] = text.split('=');
  if (kind !== 'closed' && kind !== 'open') throw new InvalidArgumentError('expected closed=2000 or open=200');
  return { kind, orders: parseWholeNumber(count) };
}
