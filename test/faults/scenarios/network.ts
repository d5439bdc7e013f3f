import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

/** Slow, narrow and in small pieces: nothing may take a part for the whole. */
async function slowAndSliced(stage: Stage): Promise<void> {
  const orders = stage.times(5, 20, 200);
  for (const proxy of stage.ground.network.all) {
    const conditions = [
      () => proxy.latency({ milliseconds: 20, jitter: 15 }),
      () => proxy.slicing({ bytes: 7 }),
      () => proxy.bandwidth({ bytesPerSecond: 256 * 1024 }),
    ];
    for (const begin of conditions) {
      const fault = begin();
      await stage.trade(orders, 300);
      stage.hit(`${proxy.name}: ${fault.what}`, fault.heal());
    }
  }
}

/** Cut, mute, or half gone: a connection that looks alive must not be waited for without end. */
async function resetAndHalfOpen(stage: Stage): Promise<void> {
  const proxies = stage.ground.network.all;
  const chance = stage.chance('cuts');
  for (let times = stage.times(4, 16, 200); times > 0; times--) {
    const [proxy] = chance.pick(1, proxies);
    stage.hit(`${proxy!.name}: connections reset`, proxy!.reset().hits);
    await stage.pass(chance.fraction() * 1_500);
  }
  for (const proxy of proxies) {
    for (const gone of ['server', 'client'] as const) {
      const open = proxy.halfOpen({ gone });
      await stage.pass(stage.times(4_000, 10_000, 40_000));
      stage.hit(`${proxy.name}: ${open.what}`, open.heal());
      await stage.trade(5, 120);
    }
    const hole = proxy.blackHole();
    await stage.pass(stage.times(5_000, 12_000, 40_000));
    stage.hit(`${proxy.name}: ${hole.what}`, hole.heal());
    await stage.trade(5, 120);
  }
}

export const network: readonly Fault[] = [
  { id: 'F37', title: 'a slow, sliced, narrow network', layout: 'usual', play: slowAndSliced },
  { id: 'F38', title: 'connections reset, half open, swallowed', layout: 'usual', play: resetAndHalfOpen },
];
