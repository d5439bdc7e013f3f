import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { comparisonReport } from '../frame/comparison.js';
import { option, wholeNumber } from '../frame/options.js';
import { differenceOf, machineLoad, medianOf, ratioOf, spreadOf, tableOf, type Column } from '../frame/report.js';
import { percent, spread } from '../frame/statistics.js';
import { products } from '../orders/orders.js';
import { addProducts, logInBuyers } from '../orders/shop-data.js';
import { openShop, urlOf } from '../orders/shop.js';
import { endpointsOf } from './endpoints.js';
import { measureRoute, type Round } from './measure.js';

const columns: readonly Column<Round>[] = [
  spreadOf('requests/s', ({ perSecond }) => perSecond),
  ratioOf('of directly', ({ perSecond }) => perSecond, 2, ''),
  spreadOf('p50 ms', ({ p50 }) => p50, 1),
  differenceOf('added', ({ p50 }) => p50),
  spreadOf('p99 ms', ({ p99 }) => p99, 1),
  differenceOf('added', ({ p99 }) => p99),
  medianOf('processors busy', ({ busy }) => busy, percent),
  machineLoad,
];
const cpuColumns: readonly Column<Round>[] = [
  {
    heading: 'gateway',
    cell: ({ rounds, baseline }) => (baseline ? spread(rounds.map(({ cpu }) => cpu['gateway']!)) : '–'),
  },
  spreadOf('service', ({ cpu }) => cpu['service']!),
  spreadOf('PostgreSQL', ({ cpu }) => cpu['PostgreSQL']!),
  spreadOf('client', ({ ownCpu }) => ownCpu),
];

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
    const shop = await openShop({}, platform, env);
    const productIds = await addProducts(shop, products);
    const [token = ''] = await logInBuyers(shop);
    const endpoints = await endpointsOf(shop, products, productIds, token);
    const results = await inTurn({
      rounds,
      variants: endpoints.flatMap((endpoint) =>
        ['service', 'gateway'].map((route) => ({ endpoint, route, name: `${endpoint.name}, ${route}` })),
      ),
      nameOf: ({ name }) => name,
      measure: ({ endpoint, route }) => {
        const processes = new Map([
          ['gateway', shop.processes.get('gateway')!.pid!],
          ['service', shop.processes.get(endpoint.service)!.pid!],
          ['PostgreSQL', platform.processes.get('PostgreSQL')!],
        ]);
        const origin = route === 'gateway' ? shop.gatewayUrl : urlOf(shop, endpoint.service);
        return measureRoute(endpoint, origin, processes, plan);
      },
      columns,
      alternate: true,
    });
    const labels = ['endpoint', 'route'];
    const lines = endpoints.flatMap(({ name }, index) => {
      const [service = [], gateway = []] = results.slice(2 * index);
      return [
        { labels: [name, 'directly'], rounds: service },
        {
          labels: [name, 'through the gateway'],
          rounds: gateway,
          baseline: service,
          bar: '… through the gateway',
        },
      ];
    });
    return comparisonReport({
      title: 'What the gateway adds',
      what: `${plan.inFlight} requests in flight for ${plan.seconds} s, then ${plan.perSecond} requests a second for ${plan.seconds} s; every response is the expected one.`,
      sharedWith: 'Kafka, PostgreSQL, the shop and the client',
      labels,
      columns,
      lines,
      more: [['CPU microseconds a request, at full load:'], tableOf(labels, cpuColumns, lines)],
      chartTitle: `Requests a second, ${plan.inFlight} in flight`,
      figures: { plan, results: lines },
    });
  },
});

function profileSettings(folder: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  return {
    NODE_OPTIONS: `--import=${new URL('profile.js', import.meta.url).href}`,
    PROFILE: join(resolve(folder), 'gateway.cpuprofile'),
  };
}
