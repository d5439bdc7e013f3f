import { SeededRandom } from '@tradewind/simulation';
import type { Purchase, Scenario } from '../scenario/scenario.js';
import { perSimulated } from '../scenario/simulated-services.js';

const faultsEndAt = 4_000;
/** Each has one possible end, whatever is lost or first. */
const paymentMethods = ['sim_ok', 'sim_declined', 'sim_slow', 'sim_flaky', 'sim_lost'];

/** A scenario in which every order has one possible end: stock is ample or zero, and clients retry until they have an answer. */
export function deterministicScenario(seed: number): Scenario {
  const random = new SeededRandom(`deterministic ${seed}`);
  const count = random.between(3, 6);
  const purchases = Array.from({ length: count }, (_, buyer): Purchase => ({
    at: random.between(0, 1_500),
    via: random.pick(['order', 'cart']),
    buyer,
    lines: [{ product: random.happens(0.8) ? 0 : 1, quantity: random.between(1, 3) }],
    paymentMethod: random.pick(paymentMethods),
    retries: 20,
    sentTwice: random.happens(0.3),
    followUps: [],
  }));
  return {
    seed,
    products: [
      { sku: 'plenty', price: random.between(1, 5_000), stock: 1_000 },
      { sku: 'none', price: 100, stock: 0 },
    ],
    buyers: count,
    purchases,
    adminActions: [],
    processes: perSimulated(() => 1),
    faults: [
      {
        kind: 'crash',
        at: random.between(0, 2_000),
        service: random.pick(['product', 'order', 'payment']),
        process: 0,
        durationMs: 500,
      },
    ],
    probabilities: { failedCall: 0.02, lostResponse: 0.05, crash: 0, slow: 0, redelivery: 0, provider: 0.1 },
    faultsEndAt,
  };
}
