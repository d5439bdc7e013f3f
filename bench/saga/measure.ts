import { load as machineLoad, watchProcessors } from '../ground/machine.js';
import type { Contestant } from '../ground/contestant.js';
import { spentBetween, useOf } from '../ground/processes.js';
import { quantile } from '../ground/quantile.js';
import type { Load } from './load.js';

/** How orders come: so many without an outcome at any time, so many a second, or so many at once. */
export type Mode =
  | { readonly kind: 'closed'; readonly outstanding: number }
  | { readonly kind: 'open'; readonly perSecond: number }
  | { readonly kind: 'burst'; readonly orders: number };

/** What one shop did in one round. */
export interface Round {
  /** Orders that had their outcome, a second. */
  readonly perSecond: number;
  /** Milliseconds from the call to the outcome, and to the answer. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly acceptedP50: number;
  /** Microseconds on processors an order that the buyers took, who are this process and no part of the shop. */
  readonly buyers: number;
  /** Microseconds on processors an order, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** The most megabytes resident, by process. */
  readonly memory: Readonly<Record<string, number>>;
  readonly orders: number;
  /** Calls that were answered 503, and made again. */
  readonly sentAway: number;
  readonly machineLoad: number;
  /** Of all processors, from 0 to 1; the buyers' own share of them with it. */
  readonly busy: number;
}

/** Milliseconds between looks at memory. */
const look = 500;

/** Orders without an outcome while a shop is warmed up for those that come at a rate or at once: few of them would leave its code cold. */
const warming: Mode = { kind: 'closed', outstanding: 500 };

/** Lets orders come for the warm-up, then for so many seconds, of which all is measured, and waits until each has its outcome. */
export async function measureRound(
  contestant: Contestant,
  platform: ReadonlyMap<string, number>,
  load: Load,
  mode: Mode,
  warmUpSeconds: number,
  seconds: number,
): Promise<Round> {
  const processes = new Map([...contestant.processes, ...platform]);
  if (warmUpSeconds > 0) await come(load, mode.kind === 'closed' ? mode : warming, warmUpSeconds);
  if (mode.kind !== 'closed') await load.settle();
  const memory = new Map<string, number>();
  const watch = setInterval(() => {
    for (const [name, use] of useOf(processes)) memory.set(name, Math.max(memory.get(name) ?? 0, use.memory));
  }, look);
  const [before, from, done, processors, own] = [
    useOf(processes),
    performance.now(),
    load.settled,
    watchProcessors(),
    process.cpuUsage(),
  ];
  await come(load, mode, seconds);
  if (mode.kind === 'burst') await load.settle();
  const [after, to, settled, busy, { user, system }] = [
    useOf(processes),
    performance.now(),
    load.settled - done,
    processors(),
    process.cpuUsage(own),
  ];
  clearInterval(watch);
  await load.settle();
  const placed = load.placed.filter((each) => each.from >= from && each.from < to);
  const waits = placed.map((each) => each.settled! - each.from);
  return {
    perSecond: settled / ((to - from) / 1_000),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    p99: quantile(waits, 0.99),
    acceptedP50: quantile(
      placed.map((each) => each.accepted! - each.from),
      0.5,
    ),
    cpu: Object.fromEntries([...spentBetween(before, after)].map(([name, spent]) => [name, spent / settled])),
    memory: Object.fromEntries([...memory].map(([name, bytes]) => [name, bytes / 2 ** 20])),
    orders: settled,
    sentAway: load.sentAway,
    machineLoad: machineLoad(),
    busy,
    buyers: (user + system) / settled,
  };
}

function come(load: Load, mode: Mode, seconds: number): Promise<void> {
  switch (mode.kind) {
    case 'closed':
      return load.closed(mode.outstanding, seconds * 1_000);
    case 'open':
      return load.open(mode.perSecond, seconds * 1_000);
    case 'burst':
      return Promise.resolve(load.burst(mode.orders));
  }
}

export const cpuOf = ({ cpu }: Round): number => Object.values(cpu).reduce((sum, each) => sum + each, 0);
