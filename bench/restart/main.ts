import { serviceNames } from '../../tools/services.js';
import { load, usageOf } from '../environment/machine.js';
import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { comparisonReport } from '../frame/comparison.js';
import { someOf, wholeNumber } from '../frame/options.js';
import { machineLoad, spreadOf, type Column } from '../frame/report.js';
import { openShop } from '../orders/shop.js';

interface Round {
  /** Milliseconds from the kill until the service is ready again. */
  readonly afterMs: number;
  /** CPU milliseconds of the new process until then. */
  readonly cpuMs: number;
  readonly machineLoad: number;
}

const columns: readonly Column<Round>[] = [
  spreadOf('serves again after, ms', ({ afterMs }) => afterMs),
  spreadOf('CPU ms of its start', ({ cpuMs }) => cpuMs),
  machineLoad,
];

await runBench({
  name: 'restart',
  description: 'Measures how soon a service that is killed with -9 serves again.',
  options: { services: someOf(serviceNames, serviceNames), rounds: wholeNumber('kills of each service', 5) },
  success: 'every service was ready again',
  run: async ({ services, rounds }) => {
    const shop = await openShop({ separateProvider: true }, await Platform.open());
    const measure = async (service: string): Promise<Round> => {
      const since = performance.now();
      shop.kill(service);
      await shop.startProcess(service);
      const afterMs = performance.now() - since;
      const process = new Map([[service, shop.processes.get(service)!.pid!]]);
      return { afterMs, cpuMs: usageOf(process).get(service)!.cpu / 1_000, machineLoad: load() };
    };
    const results = await inTurn({ rounds, variants: services, nameOf: (service) => service, measure, columns });
    return comparisonReport({
      title: 'From kill -9 to serving',
      what: 'Each service of a shop is killed.',
      sharedWith: 'Kafka, PostgreSQL and the other services',
      labels: ['service'],
      columns,
      lines: services.map((service, index) => ({ labels: [service], rounds: results[index]! })),
      bar: ({ afterMs }) => afterMs,
      chartTitle: 'Milliseconds until a killed service serves again',
      figures: { results },
    });
  },
});
