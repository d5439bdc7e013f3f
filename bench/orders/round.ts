import { log } from '../environment/log.js';
import { measure, usageOf, type Measured } from '../environment/machine.js';
import { Platform } from '../environment/platform.js';
import { flag, wholeNumber, type Values } from '../frame/options.js';
import { quantile } from '../frame/statistics.js';
import { Buyers } from './buyers.js';
import { products } from './orders.js';
import type { OrderCounts, ShopEnvironment, ShopUnderTest } from './shop-under-test.js';
import { countStatements, statementSettings } from './statements.js';

/** How orders arrive: a number without an outcome at any time, or a number a second. */
export interface Mode {
  readonly kind: 'closed' | 'open';
  readonly orders: number;
}

export const roundOptions = {
  rounds: wholeNumber('of each', 3),
  warmUp: wholeNumber('seconds before each measurement', 8),
  seconds: wholeNumber('of each measurement', 15),
  statements: flag('print the statements of PostgreSQL, with their costs for one order'),
};

export interface Plan extends Values<typeof roundOptions> {
  readonly mode: Mode;
}

/** Orders that had their outcome; the CPU time of this process is that of the buyers, which are not part of the shop. */
export interface Round extends Measured {
  /** Milliseconds from the call to the outcome, and to the answer. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly acceptedP50: number;
  /** Largest resident MiB, by process. */
  readonly memory: Readonly<Record<string, number>>;
  readonly orders: number;
  /** Calls that were answered 503, and repeated. */
  readonly rejectedCalls: number;
}

/** A shop, and the orders that it has already. */
export interface Started {
  readonly shop: ShopUnderTest;
  readonly past?: OrderCounts;
}

/** Milliseconds between samples of the memory. */
const memoryInterval = 500;

/** The warm-up of the open mode: with few orders the code of the shop would stay uncompiled. */
const warmUpMode: Mode = { kind: 'closed', orders: 500 };

const none: OrderCounts = { accepted: 0, confirmed: 0, outOfStock: 0, declined: 0, unaccounted: 0 };

/** Measures a shop on a Kafka and a PostgreSQL of its own, and audits it. Rejects when it does not have the orders that the buyers saw. */
export async function measureShop<S extends Started>(
  start: (environment: ShopEnvironment) => Promise<S>,
  plan: Plan,
): Promise<{ readonly started: S; readonly round: Round }> {
  const platform = await Platform.open(plan.statements ? statementSettings : {});
  const { brokers, postgresUrl, folder } = platform;
  const started = await start({ brokers, postgresUrl, folder, products });
  const { shop, past = none } = started;
  const buyers = await Buyers.open(shop, brokers);
  const statements = plan.statements ? await countStatements(postgresUrl) : undefined;
  const round = await measureOrders(new Map([...shop.processes, ...platform.processes]), buyers, plan);
  if (statements) log(`\n${await statements(buyers.settled)}\n`);
  await buyers.close(); // before the audit, which would delay the heartbeats of their consumer group
  compareCounts(await shop.audit(), buyers, past);
  await shop.stop();
  await platform.close();
  return { started, round };
}

async function measureOrders(processes: ReadonlyMap<string, number>, buyers: Buyers, plan: Plan): Promise<Round> {
  const { mode, warmUp, seconds } = plan;
  if (warmUp > 0) await placeOrders(buyers, mode.kind === 'closed' ? mode : warmUpMode, warmUp);
  if (mode.kind === 'open') await buyers.settle();
  const memory: Record<string, number> = {};
  const sampling = setInterval(() => {
    for (const [name, usage] of usageOf(processes)) memory[name] = Math.max(memory[name] ?? 0, usage.memory / 2 ** 20);
  }, memoryInterval);
  const [from, settledBefore, end] = [performance.now(), buyers.settled, measure(processes)];
  await placeOrders(buyers, mode, seconds);
  const orders = buyers.settled - settledBefore;
  const [measured, to] = [end()(orders), performance.now()];
  clearInterval(sampling);
  await buyers.settle();
  const placed = buyers.placed.filter((each) => each.from >= from && each.from < to);
  const waits = placed.map((each) => each.settled! - each.from);
  const acceptWaits = placed.map((each) => each.accepted! - each.from);
  return {
    ...measured,
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    p99: quantile(waits, 0.99),
    acceptedP50: quantile(acceptWaits, 0.5),
    memory,
    orders,
    rejectedCalls: buyers.rejectedCalls,
  };
}

const placeOrders = (buyers: Buyers, { kind, orders }: Mode, seconds: number): Promise<void> =>
  kind === 'closed'
    ? buyers.closedLoop(orders, { milliseconds: seconds * 1_000 })
    : buyers.openLoop(orders, seconds * 1_000);

/** Compares the orders of a shop with what its buyers saw and what was there before. Throws when they differ. */
function compareCounts(counts: OrderCounts, { placed, confirmed }: Buyers, before: OrderCounts): void {
  const { accepted, outOfStock, declined, unaccounted } = counts;
  const isEqual = accepted === before.accepted + placed.length && counts.confirmed === before.confirmed + confirmed;
  if (!isEqual || unaccounted > 0)
    throw new Error(
      `the shop had ${JSON.stringify(before)} and has ${JSON.stringify(counts)}; the buyers saw ${placed.length} orders accepted and ${confirmed} confirmed`,
    );
  log(
    `  audit clean: ${accepted} orders, ${counts.confirmed} confirmed, ${outOfStock} out of stock, ${declined} declined`,
  );
}
