import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

/** High latency, low bandwidth and small slices: no part of a message may be taken for the whole. */
async function slowAndSliced(context: ScenarioContext): Promise<void> {
  const orders = context.byExtent(5, 20, 200);
  for (const proxy of context.environment.network.all) {
    const conditions = [
      () => proxy.latency({ milliseconds: 20, jitter: 15 }),
      () => proxy.slicing({ bytes: 7 }),
      () => proxy.bandwidth({ bytesPerSecond: 256 * 1024 }),
    ];
    for (const start of conditions) {
      const fault = start();
      await context.waitForOrders(orders, 300);
      context.recordInjection(`${proxy.name}: ${fault.what}`, fault.heal());
    }
  }
}

/** Reset, silent or half-open connections: no wait on a connection that looks alive may be endless. */
async function resetAndHalfOpen(context: ScenarioContext): Promise<void> {
  const proxies = context.environment.network.all;
  const random = context.random('resets');
  for (let times = context.byExtent(4, 16, 200); times > 0; times--) {
    const [proxy] = random.pick(1, proxies);
    context.recordInjection(`${proxy!.name}: connections reset`, proxy!.reset().hits);
    await context.delay(random.fraction() * 1_500);
  }
  for (const proxy of proxies) {
    for (const gone of ['server', 'client'] as const) {
      const halfOpen = proxy.halfOpen({ gone });
      await context.delay(context.byExtent(4_000, 10_000, 40_000));
      context.recordInjection(`${proxy.name}: ${halfOpen.what}`, halfOpen.heal());
      await context.waitForOrders(5, 120);
    }
    const hole = proxy.blackHole();
    await context.delay(context.byExtent(5_000, 12_000, 40_000));
    context.recordInjection(`${proxy.name}: ${hole.what}`, hole.heal());
    await context.waitForOrders(5, 120);
  }
}

export const network: readonly Fault[] = [
  { id: 'F37', title: 'high latency, slicing, low bandwidth', layout: 'usual', run: slowAndSliced },
  { id: 'F38', title: 'connections reset, half-open, silent', layout: 'usual', run: resetAndHalfOpen },
];
