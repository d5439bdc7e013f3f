import { Chance } from '@tradewind/testing/simulated';
import type { Purchase, Schedule } from '../schedule/schedule.js';

const stormEnds = 4_000;
/** Each has one possible end, whatever is lost or comes first. */
const methods = ['sim_ok', 'sim_declined', 'sim_slow', 'sim_flaky', 'sim_lost'];

/** A schedule whose orders end in one way only: of each product there is enough or nothing, and people ask until they have an answer. */
export function determinedSchedule(seed: number): Schedule {
  const chance = new Chance(`determined ${seed}`);
  const count = chance.between(3, 6);
  const purchases = Array.from({ length: count }, (_, buyer): Purchase => ({
    at: chance.between(0, 1_500),
    through: chance.one(['order', 'cart']),
    buyer,
    lines: [{ product: chance.happens(0.8) ? 0 : 1, quantity: chance.between(1, 3) }],
    method: chance.one(methods),
    retries: 20,
    doubled: chance.happens(0.3),
    afterwards: [],
  }));
  return {
    seed,
    products: [
      { sku: 'plenty', price: chance.between(1, 5_000), stock: 1_000 },
      { sku: 'none', price: 100, stock: 0 },
    ],
    buyers: count,
    purchases,
    chores: [],
    processes: { product: 1, cart: 1, order: 1, payment: 1 },
    faults: [
      {
        what: 'crash',
        at: chance.between(0, 2_000),
        service: chance.one(['product', 'order', 'payment']),
        process: 0,
        for: 500,
      },
    ],
    odds: { refusedCall: 0.02, lostAnswer: 0.05, crash: 0, slow: 0, redelivery: 0, provider: 0.1 },
    stormEnds,
  };
}
