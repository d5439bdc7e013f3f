import { SeededRandom } from '@tradewind/simulation';
import type {
  AdminAction,
  Fault,
  FaultProbabilities,
  FollowUp,
  PlannedLine,
  ProductPlan,
  Purchase,
  Scenario,
} from './scenario.js';
import { perSimulated, simulatedServices, type SimulatedService } from './simulated-services.js';

const faultsEndAt = 25_000;
/** Payment methods, repeated by frequency. With the last one the provider never responds: those orders end by a timeout. */
const paymentMethods = [
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

/** The scenario of a seed: a few products, some scarce, a few buyers, and faults that differ from seed to seed. */
export function drawScenario(seed: number): Scenario {
  const random = new SeededRandom(`scenario ${seed}`);
  const products = several(random.between(1, 4), (at) => drawProduct(random, at));
  const buyers = random.between(1, 4);
  const processes = perSimulated(() => random.pick([1, 1, 2, 2, 3]));
  return {
    seed,
    products,
    buyers,
    purchases: several(random.between(2, 9), () => drawPurchase(random, products, buyers)).sort((a, b) => a.at - b.at),
    adminActions: several(random.between(0, 4), () => drawAdminAction(random, products)),
    processes,
    faults: several(random.between(0, 7), () => drawFault(random, processes)).sort((a, b) => a.at - b.at),
    probabilities: drawProbabilities(random),
    faultsEndAt,
  };
}

const drawProduct = (random: SeededRandom, at: number): ProductPlan => ({
  sku: `sku-${at}`,
  price: random.between(1, 5_000),
  stock: random.happens(0.4) ? random.between(0, 5) : random.between(20, 200),
});

function drawPurchase(random: SeededRandom, products: readonly ProductPlan[], buyers: number): Purchase {
  const chosen = random.shuffled([...products.keys()]).slice(0, random.between(1, 3));
  const lines = chosen.map((product): PlannedLine => ({ product, quantity: random.between(1, 4) }));
  return {
    at: random.between(0, faultsEndAt - 10_000),
    via: random.happens(0.35) ? 'cart' : 'order',
    buyer: random.between(0, buyers - 1),
    lines,
    paymentMethod: random.pick(paymentMethods),
    retries: random.between(0, 3),
    sentTwice: random.happens(0.15),
    followUps: drawFollowUps(random),
  };
}

function drawFollowUps(random: SeededRandom): FollowUp[] {
  const afterMs = (): number => (random.happens(0.5) ? random.between(0, 500) : random.between(500, 12_000));
  const all: FollowUp[] = [];
  if (random.happens(0.3)) all.push({ kind: 'cancel', afterMs: afterMs() });
  if (random.happens(0.1)) all.push({ kind: 'cancel', afterMs: afterMs() });
  if (random.happens(0.1)) all.push({ kind: 'change address', afterMs: afterMs() });
  if (random.happens(0.25)) all.push({ kind: 'goodwill', afterMs: afterMs(), amount: random.between(1, 300) });
  if (random.happens(0.15)) all.push({ kind: 'goodwill', afterMs: afterMs(), amount: random.between(1, 5_000) });
  if (random.happens(0.15)) all.push({ kind: 'webhook', afterMs: afterMs() + 5_000 });
  return all;
}

function drawAdminAction(random: SeededRandom, products: readonly ProductPlan[]): AdminAction {
  const target = { at: random.between(0, faultsEndAt), product: random.between(0, products.length - 1) };
  if (random.happens(0.7)) return { kind: 'adjust stock', ...target, delta: random.between(-4, 6) || 1 };
  if (random.happens(0.4)) return { kind: 'archive', ...target, archived: random.happens(0.6) };
  return { kind: 'change price', ...target, price: random.between(1, 5_000) };
}

function drawFault(random: SeededRandom, processes: Readonly<Record<SimulatedService, number>>): Fault {
  const at = random.between(0, faultsEndAt - 3_000);
  const kind = random.pick([
    'crash',
    'crash',
    'crash',
    'pause',
    'replace',
    'database outage',
    'broker outage',
  ] as const);
  const durationMs = random.happens(0.7) ? random.between(200, 3_000) : random.between(3_000, 15_000);
  if (kind === 'broker outage') return { kind, at, durationMs };
  const service = random.pick(simulatedServices);
  if (kind === 'database outage') return { kind, at, service, durationMs };
  return { kind, at, service, process: random.between(0, processes[service] - 1), durationMs };
}

/** Most seeds have some kinds of faults, a few have none or all. */
const drawProbabilities = (random: SeededRandom): FaultProbabilities => {
  const probability = (max: number): number => (random.happens(0.5) ? random.fraction() * max : 0);
  return {
    failedCall: probability(0.05),
    lostResponse: probability(0.05),
    crash: probability(0.004),
    slow: probability(0.1),
    redelivery: probability(0.2),
    provider: probability(0.3),
  };
};
