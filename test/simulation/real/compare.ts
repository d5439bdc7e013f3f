import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import { Reservations } from '../../../apps/product/src/storage/product.tables.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { Reservation } from '../../../apps/product/src/domain/reservation.js';
import { systemPorts } from '@tradewind/messaging/internals';
import { Workload } from '../workload/workload.js';
import type { ClientLog } from '../check/client-log.js';
import { simulateScenario } from '../run/simulate.js';
import { RealShop } from './real-shop.js';
import { deterministicScenario } from './deterministic-scenario.js';

/** Milliseconds within which the real shop must finish a scenario. */
const timeoutMs = 120_000;
/** Milliseconds between two polls. */
const pollInterval = 100;

interface Rows {
  readonly orders: readonly Order[];
  readonly reservations: readonly Reservation[];
  readonly payments: readonly Payment[];
}

/** The end of each purchase by its key: equal for two runs of one scenario. */
type Ends = Readonly<Record<string, string>>;

interface BothEnds {
  readonly real: Ends;
  readonly simulated: Ends;
}

/** Runs a scenario on the real ports and simulated, and returns both results. Rejects when a run does not finish, and when a service ends. */
export const runOnBoth = (seed: number, shop: RealShop): Promise<BothEnds> => shop.whileRunning(runEach(seed, shop));

async function runEach(seed: number, shop: RealShop): Promise<BothEnds> {
  const scenario = deterministicScenario(seed);
  const workload = new Workload(scenario, shop.running, systemPorts);
  await workload.setUp();
  await workload.run();
  const { result, finalState } = await simulateScenario(scenario, {});
  if (!finalState || result.violations.length > 0)
    throw new Error(`simulated scenario ${seed} breaks promises: ${result.violations.join('; ')}`);
  return {
    real: await endOf(workload.log, shop),
    simulated: endsOf(finalState.log, {
      orders: finalState.rows(Orders),
      reservations: finalState.rows(Reservations),
      payments: finalState.rows(Payments),
    }),
  };
}

async function endOf(log: ClientLog, shop: RealShop): Promise<Ends> {
  const ids = new Set(orderIds(log));
  for (let waited = 0; ; waited += pollInterval) {
    const rows = await rowsOf([...ids], shop);
    const settled =
      rows.orders.length === ids.size &&
      rows.orders.every(({ status }) => status === 'confirmed' || status === 'rejected') &&
      rows.reservations.every(({ status }) => status !== 'reserved');
    if (settled || waited > timeoutMs) return endsOf(log, rows);
    await systemPorts.timers.wait(pollInterval);
  }
}

const orderIds = ({ purchases }: ClientLog): string[] =>
  purchases.flatMap(({ results }) =>
    results.flatMap((each) => (each.status === 'answered' ? [each.answer.orderId] : [])),
  );

async function rowsOf(ids: readonly string[], shop: RealShop): Promise<Rows> {
  const [order, product, payment] = (['order', 'product', 'payment'] as const).map((name) => shop.running(name)[0]!);
  const withRetries = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let attempts = 0; ; attempts++) {
      try {
        return await read();
      } catch (error) {
        if (attempts > 20) throw error; // a read fails at random, like every transaction here
      }
    }
  };
  return {
    orders: await withRetries(() => order!.read(Orders, 'orderId', ids)),
    reservations: await withRetries(() => product!.read(Reservations, 'orderId', ids)),
    payments: await withRetries(() => payment!.read(Payments, 'orderId', ids)),
  };
}

function endsOf({ purchases }: ClientLog, { orders, reservations, payments }: Rows): Ends {
  return Object.fromEntries(
    purchases.map(({ keyHash, results }) => {
      const id = results.flatMap((each) => (each.status === 'answered' ? [each.answer.orderId] : []))[0];
      const order = orders.find(({ orderId }) => orderId === id);
      const reason = order?.status === 'rejected' ? ` (${order.reason})` : '';
      const stock = reservations.find(({ orderId }) => orderId === id)?.status ?? 'none';
      const payment = payments.find(({ orderId }) => orderId === id)?.status ?? 'none';
      return [keyHash, `order ${order?.status ?? 'missing'}${reason}, stock ${stock}, payment ${payment}`];
    }),
  );
}

/** Compares schedules one after another, on one real shop; false where one of them ended in two ways. */
export async function compareOnRealPorts(seeds: readonly number[], print: (line: string) => void): Promise<boolean> {
  const shop = await RealShop.open();
  let differing = 0;
  try {
    for (const seed of seeds) {
      const { real, simulated } = await runOnBoth(seed, shop);
      const different = Object.keys(simulated).filter((key) => real[key] !== simulated[key]);
      differing += Number(different.length > 0);
      print(`scenario ${seed}: ${Object.keys(simulated).length} purchases, ${different.length} end differently`);
      for (const key of different) print(`  ${key}: ${real[key]} on the real ports, ${simulated[key]} simulated`);
    }
  } finally {
    await shop.close();
  }
  print(
    `${seeds.length} schedules, ${differing} ended differently; ${shop.lost} responses were lost on the real ports`,
  );
  return differing === 0;
}
