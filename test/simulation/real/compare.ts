import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import { Reservations } from '../../../apps/product/src/storage/product.tables.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { Reservation } from '../../../apps/product/src/domain/reservation.js';
import { systemWorld } from '@tradewind/messaging';
import { Crowd } from '../buyers/crowd.js';
import type { History } from '../buyers/history.js';
import { simulateSchedule } from '../run/simulate.js';
import { RealShop } from './real-shop.js';
import { determinedSchedule } from './determined-schedule.js';

/** Milliseconds that the real shop may take over one schedule, and between two looks. */
const patience = 120_000;
const look = 100;

interface Rows {
  readonly orders: readonly Order[];
  readonly reservations: readonly Reservation[];
  readonly payments: readonly Payment[];
}

/** How each purchase has ended, by its key: what two runs of one schedule must agree in. */
type Ends = Readonly<Record<string, string>>;

/** One schedule on the real ports and simulated; both ends are given. Rejects when a run does not come to one. */
export async function bothEnds(
  seed: number,
  shop: RealShop,
): Promise<{ readonly real: Ends; readonly simulated: Ends }> {
  const schedule = determinedSchedule(seed);
  const crowd = new Crowd(schedule, shop.running, systemWorld);
  await crowd.open();
  await crowd.come();
  const { outcome, facts } = await simulateSchedule(schedule, {});
  if (!facts || outcome.violations.length > 0)
    throw new Error(`simulated, schedule ${seed} breaks promises: ${outcome.violations.join('; ')}`);
  return { real: await endOf(crowd.history, shop), simulated: endsOf(facts.history, facts) };
}

async function endOf(history: History, shop: RealShop): Promise<Ends> {
  const ids = new Set(orderIds(history));
  for (let waited = 0; ; waited += look) {
    const rows = await rowsOf([...ids], shop);
    const settled =
      rows.orders.length === ids.size &&
      rows.orders.every(({ status }) => status === 'confirmed' || status === 'rejected') &&
      rows.reservations.every(({ status }) => status !== 'reserved');
    if (settled || waited > patience) return endsOf(history, rows);
    await systemWorld.timers.wait(look);
  }
}

const orderIds = ({ purchases }: History): string[] =>
  purchases.flatMap(({ saw }) => saw.flatMap((each) => (each.saw === 'answer' ? [each.answer.orderId] : [])));

async function rowsOf(ids: readonly string[], shop: RealShop): Promise<Rows> {
  const [order, product, payment] = (['order', 'product', 'payment'] as const).map((name) => shop.running(name)[0]!);
  const patiently = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await read();
      } catch (error) {
        if (tries > 20) throw error; // a read is refused now and then, as everything is here
      }
    }
  };
  return {
    orders: await patiently(() => order!.read(Orders, 'orderId', ids)),
    reservations: await patiently(() => product!.read(Reservations, 'orderId', ids)),
    payments: await patiently(() => payment!.read(Payments, 'orderId', ids)),
  };
}

function endsOf({ purchases }: History, { orders, reservations, payments }: Rows): Ends {
  return Object.fromEntries(
    purchases.map(({ keyHash, saw }) => {
      const id = saw.flatMap((each) => (each.saw === 'answer' ? [each.answer.orderId] : []))[0];
      const order = orders.find(({ orderId }) => orderId === id);
      const reason = order?.status === 'rejected' ? ` (${order.reason})` : '';
      const goods = reservations.find(({ orderId }) => orderId === id)?.status ?? 'untouched';
      const money = payments.find(({ orderId }) => orderId === id)?.status ?? 'untouched';
      return [keyHash, `order ${order?.status ?? 'missing'}${reason}, goods ${goods}, money ${money}`];
    }),
  );
}

/** Compares schedules one after another, on one real shop; false where one of them ended in two ways. */
export async function compareOnRealPorts(seeds: readonly number[], say: (line: string) => void): Promise<boolean> {
  const fatal: Error[] = [];
  const shop = await RealShop.open((error) => fatal.push(error));
  let differing = 0;
  try {
    for (const seed of seeds) {
      const { real, simulated } = await bothEnds(seed, shop);
      const different = Object.keys(simulated).filter((key) => real[key] !== simulated[key]);
      differing += Number(different.length > 0);
      say(`schedule ${seed}: ${Object.keys(simulated).length} purchases, ${different.length} end differently`);
      for (const key of different) say(`  ${key}: ${real[key]} on the real ports, ${simulated[key]} simulated`);
    }
  } finally {
    await shop.close();
  }
  say(`${seeds.length} schedules, ${differing} ended in two ways; ${shop.lost} answers were lost on the real ports`);
  for (const error of fatal) say(`a process gave up: ${error.message}`);
  return differing === 0 && fatal.length === 0;
}
