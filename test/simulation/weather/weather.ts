import { Chance, type Call, type Fate, type Simulation } from '@tradewind/testing/simulated';
import type { Fault, Schedule } from '../schedule/schedule.js';
import { consumers } from '../shop/consumers.js';
import type { SimulatedShop } from '../shop/simulated-shop.js';

/** Milliseconds that a slow call takes on top, at most. */
const slowest = 6_000;
/** Milliseconds between two moments at which records may come again, and how many one moment doubles at most. */
const moments = { every: 1_000, doubled: 4 };
/** Operations whose answer is lost more often than others': after them, nobody knows whether it was done. */
const delicate = new Set(['commit', 'publish', 'take', 'refund', 'void']);

/** What goes wrong during a run: the faults that its schedule plans, and the lot of each single call. Counts what has struck. */
export class Weather {
  readonly #struck = new Map<string, number>();
  readonly #away = new Set<string>();
  readonly #chance: Chance;
  #storming = false;
  #endsAt = 0;

  constructor(private readonly schedule: Schedule) {
    this.#chance = new Chance(`weather ${schedule.seed}`);
  }

  get struck(): ReadonlyMap<string, number> {
    return this.#struck;
  }

  /** When the last fault is over, in milliseconds since the simulation began. */
  get endsAt(): number {
    return this.#endsAt;
  }

  /** From now until the schedule's storm ends. */
  begin(simulation: Simulation, shop: SimulatedShop): void {
    const { faults, stormEnds } = this.schedule;
    this.#storming = true;
    this.#endsAt = simulation.elapsed + Math.max(stormEnds, ...faults.map((fault) => fault.at + fault.for));
    for (const fault of this.schedule.faults)
      simulation.after(fault.at, `fault: ${fault.what}`, () => this.#strike(fault, simulation, shop));
    simulation.after(moments.every, 'records may come again', () => this.#redeliver(simulation, shop));
    simulation.after(this.schedule.stormEnds, 'the storm ends', () => (this.#storming = false));
  }

  readonly fateOf = ({ peer, operation, process }: Call): Fate => {
    if (this.#away.has(peer)) return 'fail-before';
    if (!this.#storming) return 'proceed';
    const { odds } = this.schedule;
    const drawn = this.#chance.fraction();
    const trouble = peer === 'provider' ? odds.provider : 0;
    const lost = (delicate.has(operation) ? odds.lostAnswer * 2 : odds.lostAnswer) + trouble / 2;
    const [crash, refused, slow] = [odds.crash, odds.refusedCall + trouble / 4, odds.slow + trouble / 4];
    if (drawn < crash)
      return this.#count(
        `${process.replace(/-\d+$/, '')} dies in a call`,
        this.#chance.happens(0.5) ? 'crash-before' : 'crash-after',
      );
    if (drawn < crash + refused) return this.#count(`${kindOf(peer)} refuses a call`, 'fail-before');
    if (drawn < crash + refused + lost) return this.#lose(peer, operation);
    if (drawn < crash + refused + lost + slow)
      return this.#count(`${kindOf(peer)} is slow`, {
        delay: this.#chance.between(1, this.#chance.happens(0.8) ? 100 : slowest),
      });
    return 'proceed';
  };

  #lose(peer: string, operation: string): Fate {
    if (delicate.has(operation) && this.#chance.happens(0.3)) return this.#count(`late ${operation}`, 'fail-meanwhile');
    return this.#count(`lost answer of ${delicate.has(operation) ? operation : kindOf(peer)}`, 'fail-after');
  }

  #strike(fault: Fault, simulation: Simulation, shop: SimulatedShop): void {
    const lasting = (what: string, end: () => void): void => void simulation.after(fault.for, what, end);
    switch (fault.what) {
      case 'database away':
        return this.#outage(`database of ${fault.service}`, fault.service, lasting);
      case 'broker away':
        return this.#outage('broker', shop.kafka.name, lasting);
      case 'pause': {
        const life = shop.pause(fault.service, fault.process);
        if (!life) return;
        this.#count(`${fault.service} pauses`);
        return lasting('resume', () => life.resume());
      }
      case 'crash':
        if (shop.crash(fault.service, fault.process, fault.for)) this.#count(`${fault.service} is killed`);
        return;
      case 'replace':
        if (shop.replace(fault.service, fault.process, fault.for)) this.#count(`${fault.service} is replaced`);
    }
  }

  /** A group that gathers reads again what it has not committed; a former producer says again what lies on a topic already. */
  #redeliver(simulation: Simulation, shop: SimulatedShop): void {
    if (!this.#storming) return;
    simulation.after(moments.every, 'records may come again', () => this.#redeliver(simulation, shop));
    if (!this.#chance.happens(this.schedule.odds.redelivery)) return;
    if (this.#chance.happens(0.5)) {
      shop.kafka.rebalance(this.#chance.one(consumers).group);
      return this.#count('a group gathers anew');
    }
    const said = shop.kafka.records(
      this.#chance.one(shop.kafka.topics.filter(({ retention }) => retention === 'keep')).name,
    );
    const again = this.#chance.shuffled([...said]).slice(0, moments.doubled);
    shop.kafka.append(...again);
    again.forEach(() => this.#count('a record comes again'));
  }

  #outage(name: string, peer: string, lasting: (what: string, end: () => void) => void): void {
    this.#away.add(peer);
    this.#count(`${name} is away`);
    lasting(`${name} is back`, () => this.#away.delete(peer));
  }

  #count<F extends Fate | void>(what: string, fate?: F): F {
    this.#struck.set(what, (this.#struck.get(what) ?? 0) + 1);
    return fate as F;
  }
}

const kindOf = (peer: string): string =>
  peer === 'provider' ? 'the provider' : peer === 'kafka' ? 'the broker' : 'a database';
