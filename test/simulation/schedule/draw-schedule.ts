import { Chance } from '@tradewind/testing/simulated';
import { serviceNames, type ServiceName } from '../shop/services.js';
import type { Afterwards, Chore, Fault, Odds, PlannedLine, ProductPlan, Purchase, Schedule } from './schedule.js';

const stormEnds = 25_000;
/** By how often they are drawn. The last never answers a take: its orders end by their deadline. */
const methods = [
  'sim_ok',
  'sim_ok',
  'sim_ok',
  'sim_ok',
  'sim_declined',
  'sim_declined',
  'sim_slow',
  'sim_flaky',
  'sim_lost',
  'sim_lost',
  'sim_down',
];

const several = <T>(count: number, draw: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => draw(at));

/** One seed's shop: a few products, some of them scarce, a handful of buyers, and weather that differs from seed to seed. */
export function drawSchedule(seed: number): Schedule {
  const chance = new Chance(`schedule ${seed}`);
  const products = several(chance.between(1, 4), (at) => productOf(chance, at));
  const buyers = chance.between(1, 4);
  const processes = Object.fromEntries(serviceNames.map((name) => [name, chance.one([1, 1, 2, 2, 3])])) as Record<
    ServiceName,
    number
  >;
  return {
    seed,
    products,
    buyers,
    purchases: several(chance.between(2, 9), () => purchaseOf(chance, products, buyers)).sort((a, b) => a.at - b.at),
    chores: several(chance.between(0, 4), () => choreOf(chance, products)),
    processes,
    faults: several(chance.between(0, 7), () => faultOf(chance, processes)).sort((a, b) => a.at - b.at),
    odds: oddsOf(chance),
    stormEnds,
  };
}

const productOf = (chance: Chance, at: number): ProductPlan => ({
  sku: `sku-${at}`,
  price: chance.between(1, 5_000),
  stock: chance.happens(0.4) ? chance.between(0, 5) : chance.between(20, 200),
});

function purchaseOf(chance: Chance, products: readonly ProductPlan[], buyers: number): Purchase {
  const chosen = chance.shuffled([...products.keys()]).slice(0, chance.between(1, 3));
  const lines = chosen.map((product): PlannedLine => ({ product, quantity: chance.between(1, 4) }));
  return {
    at: chance.between(0, stormEnds - 10_000),
    through: chance.happens(0.35) ? 'cart' : 'order',
    buyer: chance.between(0, buyers - 1),
    lines,
    method: chance.one(methods),
    retries: chance.between(0, 3),
    doubled: chance.happens(0.15),
    afterwards: afterwardsOf(chance),
  };
}

function afterwardsOf(chance: Chance): Afterwards[] {
  const after = (): number => (chance.happens(0.5) ? chance.between(0, 500) : chance.between(500, 12_000));
  const all: Afterwards[] = [];
  if (chance.happens(0.3)) all.push({ what: 'cancel', after: after() });
  if (chance.happens(0.1)) all.push({ what: 'cancel', after: after() });
  if (chance.happens(0.1)) all.push({ what: 'change address', after: after() });
  if (chance.happens(0.25)) all.push({ what: 'goodwill', after: after(), amount: chance.between(1, 300) });
  if (chance.happens(0.15)) all.push({ what: 'goodwill', after: after(), amount: chance.between(1, 5_000) });
  if (chance.happens(0.15)) all.push({ what: 'notice', after: after() + 5_000 });
  return all;
}

function choreOf(chance: Chance, products: readonly ProductPlan[]): Chore {
  const of = { at: chance.between(0, stormEnds), product: chance.between(0, products.length - 1) };
  if (chance.happens(0.7)) return { what: 'adjust stock', ...of, delta: chance.between(-4, 6) || 1 };
  return { what: 'reprice', ...of, price: chance.between(1, 5_000) };
}

function faultOf(chance: Chance, processes: Readonly<Record<ServiceName, number>>): Fault {
  const at = chance.between(0, stormEnds - 3_000);
  const what = chance.one(['crash', 'crash', 'crash', 'pause', 'replace', 'database away', 'broker away'] as const);
  const lasting = chance.happens(0.7) ? chance.between(200, 3_000) : chance.between(3_000, 15_000);
  if (what === 'broker away') return { what, at, for: lasting };
  const service = chance.one(serviceNames);
  if (what === 'database away') return { what, at, service, for: lasting };
  return { what, at, service, process: chance.between(0, processes[service] - 1), for: lasting };
}

/** Most seeds have some of the troubles, a few have none or all. */
const oddsOf = (chance: Chance): Odds => {
  const odd = (most: number): number => (chance.happens(0.5) ? chance.fraction() * most : 0);
  return {
    refusedCall: odd(0.05),
    lostAnswer: odd(0.05),
    crash: odd(0.004),
    slow: odd(0.1),
    redelivery: odd(0.2),
    provider: odd(0.3),
  };
};
