import type { KafkaClient, Store, World } from '@tradewind/messaging';
import type { Chance } from './chance.js';
import type { SimulatedDatabase } from './database/simulated-database.js';
import { SimulatedStore } from './database/simulated-store.js';
import type { Fate } from './fate.js';
import { SimulatedKafkaClient } from './kafka/simulated-kafka-client.js';
import type { SimulatedKafka } from './kafka/simulated-kafka.js';
import { simulatedWorld } from './simulated-world.js';
import type { Simulation } from './simulation.js';

export interface ProcessOptions {
  /** Milliseconds by which its clock is ahead of the world's. */
  readonly clockAhead?: number;
  /** Connections of its pool. */
  readonly connections?: number;
}

/** Something that is asked of somebody outside the process. */
export interface Errand<T> {
  readonly peer: string;
  readonly operation: string;
  /** What happens at the other end, where the process has no say. What it throws is the answer, too. */
  readonly effect: () => T | Promise<T>;
  /** Some of it, where it is several things; what is one thing happens as a whole. */
  readonly part?: () => T;
  /** The error that tells the caller that the connection failed. */
  readonly failure: (why: string) => Error;
  /** The connection is gone for the other end as well: called once everything that still was on its way has arrived. */
  readonly onLost?: () => void;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/**
 * One life of a process. What it is given reaches the world only through calls, and `crash` is a kill -9: no call of it, pending
 * or to come, is ever answered, so none of its code runs on; what it has sent arrives. `pause` is a SIGSTOP: its answers and
 * timers wait for `resume` while the world goes on.
 */
export class SimulatedProcess {
  readonly world: World;
  readonly chance: Chance;
  /** As it is called in a trace: `order#2`. */
  readonly label: string;
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #held: (() => void)[] = [];
  readonly #ends = new Set<() => void>();
  readonly #moves = new Set<(running: boolean) => void>();
  #state: 'running' | 'paused' | 'dead' = 'running';

  constructor(
    readonly simulation: Simulation,
    readonly name: string,
    readonly life: number,
    readonly options: ProcessOptions,
  ) {
    this.label = `${name}#${life}`;
    this.chance = simulation.chance.fork(this.label);
    this.world = simulatedWorld(this);
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  get paused(): boolean {
    return this.#state === 'paused';
  }

  store(database: SimulatedDatabase): Store {
    return new SimulatedStore(database, this);
  }

  kafka(kafka: SimulatedKafka): KafkaClient {
    return new SimulatedKafkaClient(kafka, this);
  }

  crash(): void {
    if (!this.alive) return;
    this.#state = 'dead';
    this.#held.length = 0;
    this.simulation.note(`${this.label} is dead`);
    for (const end of this.#ends) end();
  }

  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    for (const move of this.#moves) move(false);
  }

  /** What was held back is told in the order in which it came. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#catchUp();
    for (const move of this.#moves) move(true);
  }

  /** For the other ends of its connections, and for whoever restarts it: called when it dies, at once when it is dead. Gives the way to take that back. */
  onEnd(call: () => void): () => void {
    if (this.alive) this.#ends.add(call);
    else call();
    return () => void this.#ends.delete(call);
  }

  /** Called when it is paused (false) and when it goes on (true). */
  onMove(call: (running: boolean) => void): () => void {
    this.#moves.add(call);
    return () => void this.#moves.delete(call);
  }

  /** Calls back inside the process, unless it is dead by then; once it runs, when it is paused. Microseconds. */
  deliver(delay: number, what: string, run: () => void, about = ''): () => void {
    let wanted = true;
    const arrive = (): void => {
      if (this.#state === 'running' && this.#held.length === 0) run();
      else if (this.alive) this.#held.push(() => wanted && run());
    };
    const cancel = this.simulation.later(delay, this.label, what, arrive, about);
    return () => {
      wanted = false;
      cancel();
    };
  }

  /** One after another, like everything else; what arrives meanwhile goes behind. */
  #catchUp(): void {
    if (this.#held.length === 0) return;
    this.simulation.later(1, this.label, 'catches up', () => {
      if (this.#state !== 'running') return;
      this.#held.shift()?.();
      this.#catchUp();
    });
  }

  /**
   * Asks something of the outside: there after a latency, done there, back after another. The fate that the simulation's
   * `fateOf` has for it may let it fail, or end this life. Stores and Kafka clients are made of this; so can anything else be.
   */
  call<T>(errand: Errand<T>): Promise<T> {
    if (!this.alive) return never();
    const fate = this.#fateOf(errand);
    if (fate === 'crash-before') {
      this.crash();
      return never();
    }
    return new Promise((resolve, reject) => this.#go(errand, fate, resolve, reject));
  }

  #go<T>(
    { peer, operation, effect, part, failure, onLost }: Errand<T>,
    fate: Fate,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const { simulation } = this;
    const fail = (why: string): void =>
      void this.deliver(simulation.latency(), 'loses', () => reject(failure(why)), operation);
    if (fate === 'fail-before') {
      simulation.later(simulation.latency(), peer, 'misses', () => onLost?.(), this.label);
      return fail('the connection failed before');
    }
    if (fate === 'fail-meanwhile') fail('the connection failed meanwhile');
    const settle = (answer: () => void): void => {
      if (fate === 'crash-after') return this.crash();
      if (fate === 'proceed' || typeof fate === 'object')
        return void this.deliver(simulation.latency(), 'hears', answer, operation);
      onLost?.();
      if (fate !== 'fail-meanwhile') fail('the answer was lost');
    };
    const extra =
      typeof fate === 'object'
        ? fate.delay * 1_000
        : fate === 'fail-meanwhile'
          ? simulation.chance.between(1_000, 2_000_000)
          : 0;
    const arrive = (): void =>
      this.#perform(
        fate === 'fail-partly' ? (part ?? effect) : effect,
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    simulation.later(simulation.latency() + extra, peer, operation, arrive, this.label);
  }

  #perform<T>(effect: () => T | Promise<T>, done: (value: T) => void, failed: (error: Error) => void): void {
    let result: T | Promise<T>;
    try {
      result = effect();
    } catch (error) {
      return failed(error as Error);
    }
    if (result instanceof Promise) void result.then(done, failed);
    else done(result);
  }

  #fateOf({ peer, operation }: Errand<unknown>): Fate {
    const { fateOf } = this.simulation.options;
    if (!fateOf) return 'proceed';
    let counts = this.#counts.get(peer);
    if (!counts) this.#counts.set(peer, (counts = new Map()));
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    return fateOf({ process: this.name, life: this.life, peer, operation, count });
  }
}
