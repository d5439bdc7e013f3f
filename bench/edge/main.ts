import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { option, wholeNumber } from '../frame/options.js';
import { products } from '../orders/orders.js';
import { addProducts, logInBuyers } from '../orders/shop-data.js';
import { openShop, urlOf } from '../orders/shop.js';
import { endpointsOf } from './endpoints.js';
import { measureRoute, routes } from './measure.js';
import { columns, reportOf } from './report.js';

await runBench({
  name: 'edge',
  description: 'Measures what the gateway adds: the same requests through it and directly to the service, in turn.',
  options: {
    inFlight: wholeNumber('requests at full load', 64),
    perSecond: wholeNumber('requests at the steady rate', 200),
    seconds: wholeNumber('of each of the two', 8),
    rounds: wholeNumber('of each endpoint', 3),
    profile: option<string | undefined>('folder', 'write gateway.cpuprofile there', undefined, (text) => text),
  },
  success: 'every response was the expected one',
  run: async ({ rounds, profile, ...plan }) => {
    const platform = await Platform.open();
    const env = profile === undefined ? {} : { env: { gateway: profileSettings(profile) } };
    const shop = await openShop({ separateProvider: false }, platform, env);
    const productIds = await addProducts(shop, products);
    const endpoints = await endpointsOf(shop, products, productIds, (await logInBuyers(shop))[0]!);
    const [token = ''] = await logInBuyers(shop);
    const variants = endpoints.flatMap((endpoint) => routes.map((route) => ({ endpoint, route })));
    const results = await inTurn({
      rounds,
      variants,
      nameOf: ({ endpoint, route }) => `${endpoint.name}, ${route}`,
      measure: ({ endpoint, route }) =>
        measureRoute(
          endpoint,
          route === 'gateway' ? shop.gatewayUrl : urlOf(shop, endpoint.service),
          token,
          new Map([
            ['gateway', shop.processes.get('gateway')!.pid!],
            ['service', shop.processes.get(endpoint.service)!.pid!],
            ['PostgreSQL', platform.processes.get('PostgreSQL')!],
          ]),
          plan,
        ),
      columns,
      alternate: true,
    });
    const roundsOf = (index: number) => ({ service: results[2 * index]!, gateway: results[2 * index + 1]! });
    return reportOf(
      plan,
      endpoints.map(({ name }, index) => ({ endpoint: name, rounds: roundsOf(index) })),
    );
  },
});

function profileSettings(folder: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  return {
    NODE_OPTIONS: `--import=${new URL('profile.js', import.meta.url).href}`,
    PROFILE: join(resolve(folder), 'gateway.cpuprofile'),
  };
}
