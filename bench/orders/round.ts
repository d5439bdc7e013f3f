import { log } from '../environment/log.js';
import { load, usageOf, watchCpu, watchProcessors } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { quantile } from '../frame/statistics.js';
import { Buyers } from './buyers.js';
import type { OrderCounts, ShopUnderTest } from './shop-under-test.js';
import { Statements } from './statements.js';

/** How orders arrive: a number without an outcome at any time, a number a second, or a number at once. */
export type Mode =
  | { readonly kind: 'closed'; readonly outstanding: number }
  | { readonly kind: 'open'; readonly perSecond: number }
  | { readonly kind: 'burst'; readonly orders: number };

export interface Plan {
  readonly mode: Mode;
  /** Seconds before the measurement, and of it. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Whether to print the statements of PostgreSQL. */
  readonly statements: boolean;
}

/** What one shop did in one round. */
export interface Round {
  /** Orders a second that had their outcome. */
  readonly perSecond: number;
  /** Milliseconds from the call to the outcome, and to the answer. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly acceptedP50: number;
  /** CPU microseconds an order of the buyers, which are this process and not part of the shop. */
  readonly buyers: number;
  /** CPU microseconds an order, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Largest resident MiB, by process. */
  readonly memory: Readonly<Record<string, number>>;
  readonly orders: number;
  /** Calls that were answered 503, and repeated. */
  readonly rejectedCalls: number;
  readonly machineLoad: number;
  /** How busy all processors were, from 0 to 1, with the buyers. */
  readonly busy: number;
}

/** Milliseconds between samples of the memory. */
const memoryInterval = 500;

/** The warm-up of the other modes: with few orders the code of the shop would stay uncompiled. */
const warmUpMode: Mode = { kind: 'closed', outstanding: 500 };

const none: OrderCounts = { accepted: 0, confirmed: 0, outOfStock: 0, declined: 0, unaccounted: 0 };

export const cpuOf = ({ cpu }: Round): number => Object.values(cpu).reduce((sum, each) => sum + each, 0);

/** Measures a shop and audits it. `before`: the orders that it had already. Rejects when it does not have the orders that the buyers saw. */
export async function measureShop(
  platform: Platform,
  shop: ShopUnderTest,
  plan: Plan,
  before?: OrderCounts,
): Promise<Round> {
  const buyers = await Buyers.open(shop, platform.brokers);
  const statements = plan.statements ? await Statements.open(platform.postgresUrl) : undefined;
  const round = await measure(platform, shop, buyers, plan);
  if (statements) log(`\n${await statements.table(buyers.settled)}\n`);
  await statements?.close();
  await buyers.close(); // before the audit, which would delay the heartbeats of their consumer group
  log(`  ${compareCounts(await shop.audit(), buyers, before)}`);
  return round;
}

async function measure(platform: Platform, shop: ShopUnderTest, buyers: Buyers, plan: Plan): Promise<Round> {
  const { mode, warmUp, seconds } = plan;
  const processes = new Map([...shop.processes, ...platform.processes]);
  if (warmUp > 0) await placeOrders(buyers, mode.kind === 'closed' ? mode : warmUpMode, warmUp);
  if (mode.kind !== 'closed') await buyers.settle();
  const memory: Record<string, number> = {};
  const sampling = setInterval(() => {
    for (const [name, usage] of usageOf(processes)) memory[name] = Math.max(memory[name] ?? 0, usage.memory / 2 ** 20);
  }, memoryInterval);
  const [cpuSince, busySince, from] = [watchCpu(processes), watchProcessors(), performance.now()];
  const [settledBefore, own] = [buyers.settled, process.cpuUsage()];
  await placeOrders(buyers, mode, seconds);
  if (mode.kind === 'burst') await buyers.settle();
  const [cpu, to, orders] = [cpuSince(), performance.now(), buyers.settled - settledBefore];
  const [busy, { user, system }] = [busySince(), process.cpuUsage(own)];
  clearInterval(sampling);
  await buyers.settle();
  const placed = buyers.placed.filter((each) => each.from >= from && each.from < to);
  const waits = placed.map((each) => each.settled! - each.from);
  const acceptWaits = placed.map((each) => each.accepted! - each.from);
  return {
    perSecond: orders / ((to - from) / 1_000),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    p99: quantile(waits, 0.99),
    acceptedP50: quantile(acceptWaits, 0.5),
    cpu: Object.fromEntries([...cpu].map(([name, spent]) => [name, spent / orders])),
    memory,
    orders,
    rejectedCalls: buyers.rejectedCalls,
    machineLoad: load(),
    busy,
    buyers: (user + system) / orders,
  };
}

async function placeOrders(buyers: Buyers, mode: Mode, seconds: number): Promise<void> {
  switch (mode.kind) {
    case 'closed':
      return buyers.closedLoop(mode.outstanding, seconds * 1_000);
    case 'open':
      return buyers.openLoop(mode.perSecond, seconds * 1_000);
    case 'burst':
      return buyers.burst(mode.orders);
  }
}

/** Compares the orders of a shop with what its buyers saw and what was there before. Throws when they differ. */
export function compareCounts(
  counts: OrderCounts,
  { placed, confirmed }: Pick<Buyers, 'placed' | 'confirmed'>,
  before: OrderCounts = none,
): string {
  const { accepted, outOfStock, declined, unaccounted } = counts;
  const isEqual = accepted === before.accepted + placed.length && counts.confirmed === before.confirmed + confirmed;
  if (!isEqual || unaccounted > 0)
    throw new Error(
      `the shop had ${JSON.stringify(before)} and has ${JSON.stringify(counts)}; the buyers saw ${placed.length} orders accepted and ${confirmed} confirmed`,
    );
  return `audit clean: ${accepted} orders, ${counts.confirmed} confirmed, ${outOfStock} out of stock, ${declined} declined`;
}
