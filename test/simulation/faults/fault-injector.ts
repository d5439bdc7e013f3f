import { SeededRandom, type Call, type CallOutcome, type Simulation } from '@tradewind/simulation';
import type { Fault, Scenario } from '../scenario/scenario.js';
import { consumers } from '../shop/consumers.js';
import type { SimulatedShop } from '../shop/simulated-shop.js';

/** The longest extra delay of a slow call, in milliseconds. */
const maxDelay = 6_000;
/** Milliseconds between two draws for a redelivery. */
const redeliveryInterval = 1_000;
/** Most records that one redelivery repeats. */
const maxRepeated = 4;
/** Operations whose response is lost more often: without it the caller does not know whether they were executed. */
const criticalOperations = new Set(['commit', 'publish', 'take', 'refund', 'void']);

/** Injects the planned faults of a scenario and random faults of single calls. Counts the injected faults by kind. */
export class FaultInjector {
  readonly #injected = new Map<string, number>();
  readonly #unavailable = new Set<string>();
  readonly #random: SeededRandom;
  #active = false;
  #endsAt = 0;

  constructor(private readonly scenario: Scenario) {
    this.#random = new SeededRandom(`faults ${scenario.seed}`);
  }

  get injected(): ReadonlyMap<string, number> {
    return this.#injected;
  }

  /** The end of the last fault, in milliseconds since the simulation began. */
  get endsAt(): number {
    return this.#endsAt;
  }

  start(simulation: Simulation, shop: SimulatedShop): void {
    const { faults, faultsEndAt } = this.scenario;
    this.#active = true;
    this.#endsAt = simulation.elapsed + Math.max(faultsEndAt, ...faults.map((fault) => fault.at + fault.durationMs));
    for (const fault of faults)
      simulation.after(fault.at, `fault: ${fault.kind}`, () => this.#inject(fault, simulation, shop));
    simulation.after(redeliveryInterval, 'redelivery', () => this.#redeliver(simulation, shop));
    simulation.after(faultsEndAt, 'random faults end', () => (this.#active = false));
  }

  readonly outcomeOf = ({ peer, operation, process }: Call): CallOutcome => {
    if (this.#unavailable.has(peer)) return 'fail-before';
    if (!this.#active) return 'proceed';
    const { probabilities } = this.scenario;
    const drawn = this.#random.fraction();
    const provider = peer === 'provider' ? probabilities.provider : 0;
    const isCritical = criticalOperations.has(operation);
    const lost = (isCritical ? probabilities.lostResponse * 2 : probabilities.lostResponse) + provider / 2;
    const failed = probabilities.failedCall + provider / 4;
    const slow = probabilities.slow + provider / 4;
    const { crash } = probabilities;
    if (drawn < crash)
      return this.#count(
        `${process.replace(/-\d+$/, '')} crashes in a call`,
        this.#random.happens(0.5) ? 'crash-before' : 'crash-after',
      );
    if (drawn < crash + failed) return this.#count(`call to ${kindOf(peer)} fails`, 'fail-before');
    if (drawn < crash + failed + lost) return this.#lose(peer, operation);
    if (drawn < crash + failed + lost + slow)
      return this.#count(`call to ${kindOf(peer)} is slow`, {
        delayMs: this.#random.between(1, this.#random.happens(0.8) ? 100 : maxDelay),
      });
    return 'proceed';
  };

  #lose(peer: string, operation: string): CallOutcome {
    const isCritical = criticalOperations.has(operation);
    if (isCritical && this.#random.happens(0.3)) return this.#count(`late ${operation}`, 'fail-then-apply');
    return this.#count(`lost response of ${isCritical ? operation : kindOf(peer)}`, 'fail-after');
  }

  #inject(fault: Fault, simulation: Simulation, shop: SimulatedShop): void {
    const atEnd = (name: string, run: () => void): void => void simulation.after(fault.durationMs, name, run);
    switch (fault.kind) {
      case 'database outage':
        return this.#startOutage(`database of ${fault.service}`, fault.service, atEnd);
      case 'broker outage':
        return this.#startOutage('broker', shop.kafka.name, atEnd);
      case 'pause': {
        const process = shop.pause(fault.service, fault.process);
        if (!process) return;
        this.#count(`${fault.service} is paused`);
        return atEnd('resume', () => process.resume());
      }
      case 'crash':
        if (shop.crash(fault.service, fault.process, fault.durationMs)) this.#count(`${fault.service} is killed`);
        return;
      case 'replace':
        if (shop.replace(fault.service, fault.process, fault.durationMs)) this.#count(`${fault.service} is replaced`);
    }
  }

  /** A rebalance repeats records that are not committed; a producer may publish records again that are on the topic already. */
  #redeliver(simulation: Simulation, shop: SimulatedShop): void {
    if (!this.#active) return;
    simulation.after(redeliveryInterval, 'redelivery', () => this.#redeliver(simulation, shop));
    if (!this.#random.happens(this.scenario.probabilities.redelivery)) return;
    if (this.#random.happens(0.5)) {
      shop.kafka.rebalance(this.#random.pick(consumers).group);
      return this.#count('rebalance');
    }
    const records = shop.kafka.records(
      this.#random.pick(shop.kafka.topics.filter(({ retention }) => retention === 'keep')).name,
    );
    const repeated = this.#random.shuffled([...records]).slice(0, maxRepeated);
    shop.kafka.append(...repeated);
    repeated.forEach(() => this.#count('repeated record'));
  }

  #startOutage(name: string, peer: string, atEnd: (name: string, run: () => void) => void): void {
    this.#unavailable.add(peer);
    this.#count(`outage of ${name}`);
    atEnd(`end of the outage of ${name}`, () => this.#unavailable.delete(peer));
  }

  #count<O extends CallOutcome | void>(kind: string, outcome?: O): O {
    this.#injected.set(kind, (this.#injected.get(kind) ?? 0) + 1);
    return outcome as O;
  }
}

const kindOf = (peer: string): string =>
  peer === 'provider' ? 'the provider' : peer === 'kafka' ? 'the broker' : 'a database';
